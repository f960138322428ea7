package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.input.StartRequested;
import org.jspecify.annotations.Nullable;

/**
 * A start as it was read: which definition, and what the core needs.
 *
 * @param definition name of the workflow definition
 * @param version its version; 0 means the highest that is registered
 * @param inline the definition itself, when the start brings it along
 * @param request the core's input
 */
public record DecodedStart(
    String definition, int version, @Nullable InlineDefinition inline, StartRequested request) {}
