/** Tests of handlers of many items at once. */
@NullMarked
package dev.millrace.worker.batch;

import org.jspecify.annotations.NullMarked;
