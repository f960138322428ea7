package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.BranchedWorkflow;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.store.WorkflowStore;
import org.jspecify.annotations.Nullable;

/** The workflow of branches, looked up when they ask for something of it. Not thread-safe. */
final class LoadedWorkflow implements BranchedWorkflow {
  private final WorkflowStore store;
  private final String workflowId;
  private @Nullable PackedWorkflow workflow;

  LoadedWorkflow(WorkflowStore store, String workflowId) {
    this.store = store;
    this.workflowId = workflowId;
  }

  /** One that is being changed, and need not be looked up. */
  LoadedWorkflow(WorkflowStore store, String workflowId, PackedWorkflow workflow) {
    this(store, workflowId);
    this.workflow = workflow;
  }

  private PackedWorkflow workflow() {
    PackedWorkflow loaded = workflow == null ? store.load(workflowId) : workflow;
    if (loaded == null) {
      throw new IllegalStateException(
          "workflow '%s' is not known, but a chunk of it is".formatted(workflowId));
    }
    workflow = loaded;
    return loaded;
  }

  @Override
  public boolean isPaused() {
    return workflow().status().hasEnded() || workflow().isPaused();
  }

  @Override
  public int depth() {
    Parent parent = workflow().parent();
    return parent == null ? 0 : parent.depth();
  }

  private Payloads payloads() {
    return new StoredPayloads(store, workflowId, workflow());
  }

  @Override
  public @Nullable Payload input() {
    return payloads().input();
  }

  @Override
  public @Nullable Payload result() {
    return payloads().result();
  }

  @Override
  public @Nullable Payload output(int step) {
    return payloads().output(step);
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return payloads().signal(signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return payloads().progress(step);
  }

  @Override
  public @Nullable Payload results(String step, Branches branches) {
    return payloads().results(step, branches);
  }
}
