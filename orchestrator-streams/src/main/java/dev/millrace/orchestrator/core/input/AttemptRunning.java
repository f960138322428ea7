package dev.millrace.orchestrator.core.input;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * An attempt goes on, as a worker says.
 *
 * @param stepId name of the step
 * @param attempt which attempt
 * @param progress how far it is; null when the worker does not say
 */
public record AttemptRunning(String stepId, int attempt, @Nullable Payload progress)
    implements Input {}
