/** Child processes of a benchmark run and what the operating system says they used. */
@NullMarked
package dev.millrace.perf.process;

import org.jspecify.annotations.NullMarked;
