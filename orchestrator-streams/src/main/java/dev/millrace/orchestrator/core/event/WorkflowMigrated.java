package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;

/**
 * The workflow goes on with another version of its definition. Steps of later events are those of
 * that version.
 *
 * @param target that version
 * @param report what has changed, as JSON
 */
public record WorkflowMigrated(CompiledDefinition target, Payload report) implements Event {}
