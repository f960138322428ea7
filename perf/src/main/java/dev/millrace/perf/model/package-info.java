/** Models of queues and their workers, to look at how they are steered without running them. */
@NullMarked
package dev.millrace.perf.model;

import org.jspecify.annotations.NullMarked;
