/** Tests of the worker's machinery. */
@NullMarked
package dev.millrace.worker.internal;

import org.jspecify.annotations.NullMarked;
