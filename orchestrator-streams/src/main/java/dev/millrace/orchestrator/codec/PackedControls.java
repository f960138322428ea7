package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.List;

/** What is kept of a workflow for the sake of controls. Not thread-safe. */
abstract sealed class PackedControls extends PackedAttachments permits PackedWorkflow {
  PackedControls(byte[] bytes) {
    super(bytes);
  }

  PackedControls(byte[] header, byte[] stored) {
    super(header, stored);
  }

  public int[] turns(int step) {
    return steps(Attachments.Kind.TURNS, step);
  }

  public void setTurns(int step, List<Integer> dependents) {
    setSteps(
        Attachments.Kind.TURNS, step, dependents.stream().mapToInt(Integer::intValue).toArray());
  }

  public boolean hasApplied(String controlId) {
    byte[] known = runs() ? attachment(Attachments.Kind.CONTROL_IDS, 0) : null;
    return known != null && ControlIds.contains(known, controlId);
  }

  /** Remembers that a control with an id has been applied, unless the workflow has ended. */
  public void rememberControl(String id) {
    if (runs()) {
      byte[] known = attachment(Attachments.Kind.CONTROL_IDS, 0);
      byte[] all = ControlIds.with(known == null ? new byte[0] : known, id);
      attach(Attachments.Kind.CONTROL_IDS, 0, all);
    }
  }

  private boolean runs() {
    return status() == WorkflowStatus.RUNNING;
  }
}
