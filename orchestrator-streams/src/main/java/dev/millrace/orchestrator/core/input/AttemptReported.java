package dev.millrace.orchestrator.core.input;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * An attempt is over, as a worker says.
 *
 * @param stepId name of the step
 * @param attempt which attempt
 * @param output what it returned, when it succeeded
 * @param failure why it failed; null when it succeeded
 */
public record AttemptReported(
    String stepId, int attempt, @Nullable Payload output, @Nullable Failure failure)
    implements Input {}
