package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A signal has come.
 *
 * @param name its name
 * @param payload what it brought
 * @param step the step that waited for it; {@link CompiledDefinition#NO_STEP} when none did, and it
 *     is kept
 */
public record SignalReceived(String name, @Nullable Payload payload, int step) implements Event {}
