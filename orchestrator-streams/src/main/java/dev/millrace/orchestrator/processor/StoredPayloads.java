package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.store.WorkflowStore;
import org.jspecify.annotations.Nullable;

/** The payloads of one workflow, in its record or under keys of their own. */
record StoredPayloads(WorkflowStore store, String workflowId, PackedWorkflow workflow)
    implements Payloads {
  @Override
  public @Nullable Payload input() {
    return store.payload(workflowId, workflow, PackedWorkflow.INPUT_SLOT);
  }

  @Override
  public @Nullable Payload result() {
    return store.payload(workflowId, workflow, PackedWorkflow.RESULT_SLOT);
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return store.payload(workflowId, workflow, PackedWorkflow.FIRST_SIGNAL_SLOT + signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return store.payload(workflowId, workflow, PackedWorkflow.FIRST_PROGRESS_SLOT + step);
  }

  @Override
  public @Nullable Payload output(int step) {
    return store.payload(workflowId, workflow, step);
  }
}
