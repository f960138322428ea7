/** How much of what is ready goes to workers: windows of queues; imports nothing of the engine. */
@NullMarked
package dev.millrace.orchestrator.flow;

import org.jspecify.annotations.NullMarked;
