package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;

/**
 * What must hold of the state of one workflow between any two inputs. Stateless; each violation is
 * a sentence that names the step and the values.
 */
public final class WorkflowInvariants {
  private WorkflowInvariants() {}

  /**
   * Whether the counts of a workflow fit its status and each other. Costs the same however many
   * steps there are, so that it can be asserted after every transition in production.
   */
  public static boolean countsFit(WorkflowView workflow) {
    int steps = workflow.stepCount();
    int succeeded = workflow.succeededSteps();
    int finished = workflow.finishedSteps();
    int open = workflow.openSteps();
    boolean inRange =
        succeeded >= 0
            && open >= 0
            && workflow.heldSteps() >= 0
            && finished <= steps
            && succeeded + open + workflow.heldSteps() <= steps;
    return inRange
        && switch (workflow.status()) {
          case ABSENT -> steps == 0 && workflow.nextSequence() == 0;
          case RUNNING -> finished < steps && workflow.nextSequence() > succeeded;
          case SUCCEEDED, FAILED, CANCELLED, TIMED_OUT, TERMINATED ->
              open == 0 && workflow.heldSteps() == 0;
        };
  }

  /**
   * Everything that is wrong with a workflow; empty when all is well. Looks at every step and every
   * dependency: for tests and checkers.
   *
   * @param definition the definition that the workflow is pinned to
   */
  public static List<String> check(CompiledDefinition definition, WorkflowView workflow) {
    List<String> violations = new ArrayList<>(0);
    if (!countsFit(workflow)) {
      violations.add(
          "%s with %d of %d steps succeeded, %d open, next sequence %d"
              .formatted(
                  workflow.status(),
                  workflow.succeededSteps(),
                  workflow.stepCount(),
                  workflow.openSteps(),
                  workflow.nextSequence()));
    }
    if (workflow.status() == WorkflowStatus.RUNNING) {
      if (workflow.stepCount() == definition.stepCount()) {
        checkSteps(definition, workflow, violations);
      } else {
        violations.add(
            "%d steps, but its definition has %d"
                .formatted(workflow.stepCount(), definition.stepCount()));
      }
    } else if (workflow.earliestDeadlineMs() != WorkflowView.NO_DEADLINE) {
      violations.add(
          "%s with a deadline at %d".formatted(workflow.status(), workflow.earliestDeadlineMs()));
    }
    return violations;
  }

  private static void checkSteps(
      CompiledDefinition definition, WorkflowView workflow, List<String> violations) {
    long earliestMs = workflow.deadlineMs();
    for (int step = 0; step < workflow.stepCount(); step++) {
      long deadlineMs = workflow.stepDeadlineMs(step);
      if (deadlineMs != WorkflowView.NO_DEADLINE
          && (earliestMs == WorkflowView.NO_DEADLINE || deadlineMs < earliestMs)) {
        earliestMs = deadlineMs;
      }
      String violation = checkStep(definition, workflow, step);
      if (!violation.isEmpty()) {
        violations.add(
            "step '%s' is %s: %s"
                .formatted(definition.step(step).id(), workflow.stepStatus(step), violation));
      }
    }
    expect(violations, "open steps", count(workflow, StepStatus.OPEN), workflow.openSteps());
    expect(
        violations,
        "succeeded steps",
        count(workflow, StepStatus.SUCCEEDED),
        workflow.succeededSteps());
    expect(violations, "held steps", count(workflow, StepStatus.READY), workflow.heldSteps());
    expect(violations, "finished steps", finished(definition, workflow), workflow.finishedSteps());
    expect(violations, "earliest deadline", earliestMs, workflow.earliestDeadlineMs());
    boolean moves =
        count(workflow, StepStatus.OPEN)
                + count(workflow, StepStatus.BACKING_OFF)
                + count(workflow, StepStatus.SUSPENDED)
            > 0;
    boolean waits = workflow.isPaused() || earliestMs != WorkflowView.NO_DEADLINE;
    if (!moves && !waits) {
      violations.add("RUNNING, but nothing would ever happen");
    }
  }

  private static int finished(CompiledDefinition definition, WorkflowView workflow) {
    int finished = 0;
    for (int step = 0; step < definition.mainSteps() + definition.finallySteps(); step++) {
      finished += workflow.stepStatus(step).isFinal() ? 1 : 0;
    }
    return finished;
  }

  private static int count(WorkflowView workflow, StepStatus status) {
    int count = 0;
    for (int step = 0; step < workflow.stepCount(); step++) {
      if (workflow.stepStatus(step) == status) {
        count++;
      }
    }
    return count;
  }

  private static String checkStep(CompiledDefinition definition, WorkflowView workflow, int step) {
    CompiledStep compiled = definition.step(step);
    StepStatus status = workflow.stepStatus(step);
    int attempts = workflow.attemptsOfRound(step);
    int join = workflow.join(step);
    boolean hasDeadline = workflow.stepDeadlineMs(step) != WorkflowView.NO_DEADLINE;
    return switch (status) {
      case WAITING -> {
        boolean isMain = compiled.group() == CompiledStep.Group.MAIN;
        boolean isDecided = join == 0 || join == Join.MISSED;
        if (hasDeadline) {
          yield "its deadline is %d".formatted(workflow.stepDeadlineMs(step));
        }
        yield isMain && isDecided ? "nothing is left to wait for" : "";
      }
      case OPEN, BACKING_OFF -> {
        boolean needsDeadline = status == StepStatus.BACKING_OFF || compiled.timeoutMs() > 0;
        boolean mayHaveOne = needsDeadline || compiled.limits().needClocks();
        if (hasDeadline ? !mayHaveOne : needsDeadline) {
          yield "its deadline is %d".formatted(workflow.stepDeadlineMs(step));
        }
        int most = compiled.retry().maxAttempts();
        yield attempts <= most ? "" : "attempt %d of at most %d".formatted(attempts, most);
      }
      case READY, SUSPENDED -> "";
      case SUCCEEDED, FAILED, SKIPPED, ABANDONED ->
          hasDeadline ? "its deadline is %d".formatted(workflow.stepDeadlineMs(step)) : "";
    };
  }

  private static void expect(List<String> violations, String what, long counted, long stored) {
    if (counted != stored) {
      violations.add("%s: counted %d, stored %d".formatted(what, counted, stored));
    }
  }
}
