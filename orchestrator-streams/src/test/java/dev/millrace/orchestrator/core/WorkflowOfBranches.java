package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.BranchedWorkflow;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/**
 * A workflow as its branches see it.
 *
 * @param state the workflow
 * @param payloads what is kept of it
 */
record WorkflowOfBranches(WorkflowView state, Payloads payloads) implements BranchedWorkflow {
  @Override
  public boolean isPaused() {
    return state.status().hasEnded() || state.isPaused();
  }

  @Override
  public int depth() {
    Parent parent = state.parent();
    return parent == null ? 0 : parent.depth();
  }

  @Override
  public @Nullable Payload input() {
    return payloads.input();
  }

  @Override
  public @Nullable Payload result() {
    return payloads.result();
  }

  @Override
  public @Nullable Payload output(int step) {
    return payloads.output(step);
  }

  @Override
  public @Nullable Payload results(String step, Branches branches) {
    return payloads.results(step, branches);
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return payloads.signal(signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return payloads.progress(step);
  }
}
