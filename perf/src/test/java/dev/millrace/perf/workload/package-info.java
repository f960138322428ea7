/** Tests of the workloads. */
@NullMarked
package dev.millrace.perf.workload;

import org.jspecify.annotations.NullMarked;
