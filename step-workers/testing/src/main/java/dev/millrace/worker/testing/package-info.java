/**
 * The test kit for users: runs definitions with their handlers in memory, on the engine's own
 * topology and the workers' own command path, with a clock that skips time.
 */
@NullMarked
package dev.millrace.worker.testing;

import org.jspecify.annotations.NullMarked;
