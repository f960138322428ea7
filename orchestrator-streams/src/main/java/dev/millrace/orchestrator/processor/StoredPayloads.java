package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.BranchOutputs;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The payloads of one workflow, or of one chunk of branches, in its record or under keys of their
 * own.
 *
 * @param id what the record is kept under
 */
record StoredPayloads(WorkflowStore store, String id, PackedWorkflow workflow) implements Payloads {
  /** What an output has beside the results. */
  private static final int COUNTS_BYTES = 100;

  @Override
  public @Nullable Payload input() {
    return store.payload(id, workflow, PackedWorkflow.INPUT_SLOT);
  }

  @Override
  public @Nullable Payload result() {
    return store.payload(id, workflow, PackedWorkflow.RESULT_SLOT);
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return store.payload(id, workflow, PackedWorkflow.FIRST_SIGNAL_SLOT + signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return store.payload(id, workflow, PackedWorkflow.FIRST_PROGRESS_SLOT + step);
  }

  @Override
  public @Nullable Payload output(int step) {
    return store.payload(id, workflow, step);
  }

  @Override
  public @Nullable Payload results(String step, Branches branches) {
    BranchOutputs outputs = new BranchOutputs(Limits.PAYLOAD_BYTES - COUNTS_BYTES);
    for (int number = 0; number < branches.chunks().length; number++) {
      ChunkId chunkId = new ChunkId(id, step, number);
      PackedWorkflow chunk = store.load(chunkId);
      if (chunk == null) {
        throw new IllegalStateException(
            "workflow '%s' has lost chunk %s".formatted(id, chunkId.scope()));
      }
      String text = chunkId.text();
      if (!outputs.add(chunk, branch -> store.payload(text, chunk, branch))) {
        return null;
      }
    }
    byte[] array = outputs.toBytes();
    return array.length > Limits.PAYLOAD_BYTES - COUNTS_BYTES ? null : new Payload("", array);
  }
}
