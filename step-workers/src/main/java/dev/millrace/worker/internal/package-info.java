/** How a worker reads commands, runs handlers and commits; not for use from outside this module. */
@NullMarked
package dev.millrace.worker.internal;

import org.jspecify.annotations.NullMarked;
