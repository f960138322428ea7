/** What is run: workloads, their settings, and the plan that every process of a run reads. */
@NullMarked
package dev.millrace.perf.workload;

import org.jspecify.annotations.NullMarked;
