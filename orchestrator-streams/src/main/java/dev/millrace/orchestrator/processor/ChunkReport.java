package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.store.ChunkId;

/**
 * What a workflow is to be told of a chunk of branches.
 *
 * @param chunk which one
 * @param whole the definition of the workflow
 * @param failedItems how many of its items have failed
 * @param isFinished whether no more branch of it runs
 */
record ChunkReport(ChunkId chunk, CompiledDefinition whole, int failedItems, boolean isFinished) {
  /** What the state of a chunk says. */
  static ChunkReport of(ChunkId id, CompiledDefinition whole, PackedWorkflow chunk) {
    boolean isFinished = chunk.finishedSteps() == chunk.stepCount();
    return new ChunkReport(id, whole, chunk.failedItems(), isFinished);
  }

  /** Index of the step that the branches are of. */
  int step() {
    return whole.indexOf(chunk.step());
  }

  /** The same, as an input of the workflow. */
  ChunkReported input() {
    return new ChunkReported(step(), chunk.chunk(), failedItems, isFinished);
  }
}
