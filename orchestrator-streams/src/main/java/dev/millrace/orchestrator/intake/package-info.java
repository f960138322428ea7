/** Whether an engine takes new workflows, and how it leaves their starts in Kafka while not. */
@NullMarked
package dev.millrace.orchestrator.intake;

import org.jspecify.annotations.NullMarked;
