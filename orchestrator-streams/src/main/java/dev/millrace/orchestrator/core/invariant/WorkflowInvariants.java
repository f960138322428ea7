package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
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
    int open = workflow.openSteps();
    boolean inRange = succeeded >= 0 && open >= 0 && succeeded + open <= steps;
    return inRange
        && switch (workflow.status()) {
          case ABSENT -> steps == 0 && workflow.nextSequence() == 0;
          case RUNNING -> succeeded < steps && workflow.nextSequence() > succeeded;
          case SUCCEEDED -> succeeded == steps && open == 0;
          case FAILED, CANCELLED, TIMED_OUT -> succeeded < steps && open == 0;
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
    int open = count(workflow, StepStatus.OPEN);
    expect(violations, "open steps", open, workflow.openSteps());
    int succeeded = count(workflow, StepStatus.SUCCEEDED);
    expect(violations, "succeeded steps", succeeded, workflow.succeededSteps());
    expect(violations, "earliest deadline", earliestMs, workflow.earliestDeadlineMs());
    if (open + count(workflow, StepStatus.BACKING_OFF) == 0) {
      violations.add("RUNNING, but no step is open or backing off: nothing would ever happen");
    }
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
    StepStatus status = workflow.stepStatus(step);
    int attempt = workflow.attempt(step);
    int unfinished = unfinishedDependencies(definition, workflow, step);
    int remaining = workflow.remainingDependencies(step);
    boolean hasDeadline = workflow.stepDeadlineMs(step) != WorkflowView.NO_DEADLINE;
    boolean needsDeadline =
        status == StepStatus.BACKING_OFF
            || (status == StepStatus.OPEN && definition.step(step).timeoutMs() > 0);
    int maxAttempts = definition.step(step).retry().maxAttempts();
    if (status == StepStatus.FAILED) {
      return "the workflow must have ended";
    }
    if (hasDeadline != needsDeadline) {
      return "its deadline is %d".formatted(workflow.stepDeadlineMs(step));
    }
    if (status == StepStatus.WAITING) {
      return remaining == unfinished && remaining > 0
          ? ""
          : "waits for %d of %d unfinished dependencies".formatted(remaining, unfinished);
    }
    if (unfinished > 0) {
      return "%d of its dependencies are unfinished".formatted(unfinished);
    }
    boolean attemptFits =
        attempt >= 1
            && attempt <= maxAttempts
            && (status != StepStatus.BACKING_OFF || attempt < maxAttempts);
    return attemptFits ? "" : "attempt %d of at most %d".formatted(attempt, maxAttempts);
  }

  private static int unfinishedDependencies(
      CompiledDefinition definition, WorkflowView workflow, int step) {
    Adjacency dependencies = definition.dependencies();
    int unfinished = 0;
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      if (workflow.stepStatus(dependencies.target(edge)) != StepStatus.SUCCEEDED) {
        unfinished++;
      }
    }
    return unfinished;
  }

  private static void expect(List<String> violations, String what, long counted, long stored) {
    if (counted != stored) {
      violations.add("%s: counted %d, stored %d".formatted(what, counted, stored));
    }
  }
}
