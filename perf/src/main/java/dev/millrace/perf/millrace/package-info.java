/** Millrace itself as a system of the benchmark. */
@NullMarked
package dev.millrace.perf.millrace;

import org.jspecify.annotations.NullMarked;
