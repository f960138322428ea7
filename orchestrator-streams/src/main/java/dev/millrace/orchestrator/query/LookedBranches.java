package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.Keys;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The branches of a step, as the records of their chunks say.
 *
 * @param counts how many are where
 * @param firstHeld the first of those that wait for their queue; null for none
 */
record LookedBranches(WhyReport.BranchCounts counts, @Nullable HeldKey firstHeld) {
  static LookedBranches of(
      ReadOnlyKeyValueStore<Bytes, byte[]> store,
      String workflowId,
      CompiledDefinition definition,
      int step,
      Branches branches) {
    int finished = 0;
    int open = 0;
    int held = 0;
    HeldKey first = null;
    for (int number = 0; number < branches.opened(); number++) {
      if (!branches.isOpen(number)) {
        finished += branches.sizeOf(number);
        continue;
      }
      ChunkId id = new ChunkId(workflowId, definition.step(step).id(), number);
      byte[] stored = store.get(Keys.chunk(id));
      if (stored != null) {
        PackedWorkflow chunk = PackedWorkflow.copyOf(stored);
        finished += chunk.finishedSteps();
        open += chunk.openSteps();
        held += chunk.heldSteps();
        HeldKey gated = firstHeld(definition.branches(step, chunk.stepCount()), chunk, id.text());
        first =
            first == null || (gated != null && gated.sinceMs() < first.sinceMs()) ? gated : first;
      }
    }
    return new LookedBranches(
        new WhyReport.BranchCounts(branches.count(), finished, open, held), first);
  }

  private static @Nullable HeldKey firstHeld(
      CompiledDefinition ofBranches, PackedWorkflow chunk, String recordId) {
    if (chunk.gatedSteps() > 0) {
      for (int branch = chunk.nextHeld(0);
          branch < chunk.stepCount();
          branch = chunk.nextHeld(branch + 1)) {
        if (chunk.isGated(branch)) {
          return HeldKey.of(ofBranches, chunk, recordId, branch);
        }
      }
    }
    return null;
  }
}
