/** One benchmark run from the first process to the last. */
@NullMarked
package dev.millrace.perf.run;

import org.jspecify.annotations.NullMarked;
