/** How much work waits in front of each queue's workers. */
@NullMarked
package dev.millrace.orchestrator.flow;

import org.jspecify.annotations.NullMarked;
