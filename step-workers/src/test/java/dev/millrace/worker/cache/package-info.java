/** Tests of kept and shared results. */
@NullMarked
package dev.millrace.worker.cache;

import org.jspecify.annotations.NullMarked;
