package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.RetryPolicy;

/**
 * A step as the engine uses it.
 *
 * @param id name of the step
 * @param type what a worker looks up its handler by
 * @param queue worker queue that gets its commands
 * @param timeoutMs start-to-close timeout of one attempt in milliseconds; 0 means none
 * @param retry the policy that holds for it: its own, or else the definition's
 */
public record CompiledStep(
    String id, String type, String queue, long timeoutMs, RetryPolicy retry) {}
