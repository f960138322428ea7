package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;

/**
 * A definition that a start brought along.
 *
 * @param definition as its author wrote it
 * @param compiled what the engine runs
 * @param record what it stores with the workflow: the record that {@link DefinitionDecoder#decode}
 *     reads
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InlineDefinition(
    WorkflowDefinition definition, CompiledDefinition compiled, byte[] record) {}
