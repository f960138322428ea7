/** Microbenchmarks. */
@NullMarked
package dev.millrace.perf.jmh;

import org.jspecify.annotations.NullMarked;
