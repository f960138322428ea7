/** Handlers of many items at once: of several commands, or of a batch that the engine has made. */
@NullMarked
package dev.millrace.worker.batch;

import org.jspecify.annotations.NullMarked;
