/**
 * How a worker reads commands, runs handlers and commits; for this module and the test kit alone.
 */
@NullMarked
package dev.millrace.worker.internal;

import org.jspecify.annotations.NullMarked;
