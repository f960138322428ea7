package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.StepLimits;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;

/** What the record of a workflow says about why one of its steps is not done. */
record WaitingStep(CompiledDefinition definition, PackedWorkflow workflow, int step) {
  /** Since when it waits, in epoch milliseconds, or {@link WorkflowView#NO_DEADLINE}. */
  long sinceMs() {
    return switch (workflow.stepStatus(step)) {
      case WAITING -> workflow.wasReset(step) ? WorkflowView.NO_DEADLINE : workflow.startedAtMs();
      case READY -> workflow.gatedSinceMs(step);
      case OPEN -> sentAtMs();
      case SUSPENDED -> suspendedAtMs();
      case BACKING_OFF, SUCCEEDED, FAILED, SKIPPED, ABANDONED -> WorkflowView.NO_DEADLINE;
    };
  }

  private long sentAtMs() {
    StepLimits limits = compiled().limits();
    if (!limits.needClocks()) {
      return before(workflow.stepDeadlineMs(step), limits.startToCloseMs());
    }
    Clocks clocks = workflow.clocks(step);
    long byClose = before(clocks.closeByMs(), limits.startToCloseMs());
    return byClose == WorkflowView.NO_DEADLINE
        ? before(clocks.startByMs(), limits.scheduleToStartMs())
        : byClose;
  }

  private long suspendedAtMs() {
    return switch (compiled().action()) {
      case CompiledAction.AwaitSignal signal -> beforeDeadline();
      case CompiledAction.StartChild child -> beforeDeadline();
      case CompiledAction.Work work -> WorkflowView.NO_DEADLINE;
      case CompiledAction.SetValue set -> WorkflowView.NO_DEADLINE;
      case CompiledAction.Delay delay -> WorkflowView.NO_DEADLINE;
      case CompiledAction.Until until -> WorkflowView.NO_DEADLINE;
      case CompiledAction.Choose choose -> WorkflowView.NO_DEADLINE;
    };
  }

  private long beforeDeadline() {
    return compiled().forEach() == null
        ? before(workflow.stepDeadlineMs(step), compiled().timeoutMs())
        : WorkflowView.NO_DEADLINE;
  }

  /** When the worker of the open attempt has last given a sign, or {@link #sinceMs}'s nothing. */
  long lastSignMs() {
    return workflow.stepStatus(step) == StepStatus.OPEN
        ? before(workflow.clocks(step).heartbeatByMs(), compiled().limits().heartbeatMs())
        : WorkflowView.NO_DEADLINE;
  }

  /** Whether the first sign of a worker is awaited by a deadline. */
  boolean awaitsSign() {
    return workflow.stepStatus(step) == StepStatus.OPEN
        && workflow.clocks(step).startByMs() != WorkflowView.NO_DEADLINE;
  }

  private static long before(long deadlineMs, long limitMs) {
    return deadlineMs == WorkflowView.NO_DEADLINE
            || deadlineMs == WorkflowView.LATEST_DEADLINE_MS
            || limitMs == 0
        ? WorkflowView.NO_DEADLINE
        : deadlineMs - limitMs;
  }

  /** The steps that it waits for: what it depends on and has not ended. */
  List<WhyReport.Dependency> dependencies() {
    List<WhyReport.Dependency> found = new ArrayList<>();
    if (workflow.stepStatus(step) == StepStatus.WAITING) {
      Adjacency edges = definition.dependencies();
      for (int edge = edges.start(step); edge < edges.end(step); edge++) {
        int other = edges.target(edge);
        StepStatus status = workflow.stepStatus(other);
        if (!status.isFinal()) {
          found.add(new WhyReport.Dependency(definition.step(other).id(), status));
        }
      }
    }
    return found;
  }

  private CompiledStep compiled() {
    return definition.step(step);
  }
}
