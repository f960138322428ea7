package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.BranchOutputs;
import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.Keys;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/**
 * One page of the results of a step that runs for each item of a list: those of one chunk of its
 * branches.
 *
 * @param workflowId the workflow
 * @param step id of the step
 * @param page number of the page, from 0
 * @param finished whether no more branch of the page runs
 * @param results a JSON array in the order of the items; null for those that failed or still run.
 *     Null instead of an array where the page is too large
 * @param error why there are no results, and where else they are; null where there are
 */
public record ResultsReport(
    String workflowId,
    String step,
    int page,
    boolean finished,
    JsonNode results,
    @Nullable String error) {
  /** Largest page, in bytes of its results. */
  public static final int PAGE_BYTES = 8 * 1024 * 1024;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The page of a chunk, or null when there is none. */
  static @Nullable ResultsReport of(ReadOnlyKeyValueStore<Bytes, byte[]> store, ChunkId id) {
    byte[] stored = store.get(Keys.chunk(id));
    if (stored == null) {
      return null;
    }
    PackedWorkflow chunk = PackedWorkflow.copyOf(stored);
    BranchOutputs outputs = new BranchOutputs(PAGE_BYTES);
    boolean hasAll = outputs.add(chunk, branch -> output(store, id, chunk, branch));
    return new ResultsReport(
        id.workflowId(),
        id.step(),
        id.chunk(),
        chunk.finishedSteps() == chunk.stepCount(),
        hasAll ? JSON.readTree(outputs.toBytes()) : NullNode.getInstance(),
        hasAll
            ? null
            : "page %d of step '%s' has more than %d bytes of results; read them from the events"
                .formatted(id.chunk(), id.step(), PAGE_BYTES));
  }

  private static @Nullable Payload output(
      ReadOnlyKeyValueStore<Bytes, byte[]> store, ChunkId id, PackedWorkflow chunk, int branch) {
    if (!chunk.isSpilled(branch)) {
      return chunk.riding(branch);
    }
    byte[] spilled = store.get(Keys.payload(id.text(), branch));
    return spilled == null ? null : PackedPayload.of(spilled);
  }
}
