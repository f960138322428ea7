package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The payloads of a workflow in a test: those in its record, and those that it has handed out. */
final class PendingPayloads implements Payloads {
  private final PackedWorkflow workflow;
  private final Map<Integer, Payload> stored;

  PendingPayloads(PackedWorkflow workflow) {
    this(workflow, new HashMap<>());
  }

  /** Those of a workflow with some that are stored already, by slot. */
  PendingPayloads(PackedWorkflow workflow, Map<Integer, Payload> stored) {
    this.workflow = workflow;
    this.stored = stored;
  }

  @Override
  public @Nullable Payload input() {
    return inSlot(PackedWorkflow.INPUT_SLOT);
  }

  @Override
  public @Nullable Payload result() {
    return inSlot(PackedWorkflow.RESULT_SLOT);
  }

  @Override
  public @Nullable Payload output(int step) {
    return inSlot(step);
  }

  @Override
  public @Nullable Payload results(String step, Branches branches) {
    return null;
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return inSlot(PackedWorkflow.FIRST_SIGNAL_SLOT + signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return inSlot(PackedWorkflow.FIRST_PROGRESS_SLOT + step);
  }

  private @Nullable Payload inSlot(int slot) {
    if (!workflow.isSpilled(slot)) {
      return workflow.riding(slot);
    }
    int own = workflow.ownSlot(slot);
    Payload pending = workflow.spilled().pending(own);
    return pending == null ? stored.get(own) : pending;
  }
}
