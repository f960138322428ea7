package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * It is known how the workflow ends; compensation and finally steps come first.
 *
 * @param outcome how it ends
 * @param output what it returns
 */
public record WorkflowEnding(Outcome outcome, @Nullable Payload output) implements Event {}
