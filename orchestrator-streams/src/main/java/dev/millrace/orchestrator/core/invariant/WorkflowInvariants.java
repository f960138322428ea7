package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.EventVerbosity;
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
    return countsFit(EventVerbosity.ALL, workflow);
  }

  /** The same of a workflow that may publish only some of its events. */
  public static boolean countsFit(EventVerbosity events, WorkflowView workflow) {
    int steps = workflow.stepCount();
    int succeeded = workflow.succeededSteps();
    int finished = workflow.finishedSteps();
    int open = workflow.openSteps();
    int held = workflow.heldSteps();
    boolean inRange =
        succeeded >= 0
            && open >= 0
            && held >= 0
            && finished >= 0
            && finished <= steps
            && succeeded + open + held <= steps;
    return inRange
        && switch (workflow.status()) {
          case ABSENT -> steps == 0 && workflow.nextSequence() == 0;
          case RUNNING ->
              finished + open + held <= steps
                  && workflow.nextSequence()
                      > (events == EventVerbosity.ALL ? (long) succeeded + open + held : 0);
          case SUCCEEDED -> open == 0 && held == 0 && succeeded <= finished;
          case FAILED, CANCELLED, TIMED_OUT, TERMINATED -> open == 0 && held == 0;
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
    if (!countsFit(definition.eventVerbosity(), workflow)) {
      violations.add(
          "%s with %d of %d steps succeeded, %d finished, %d open, %d held, next sequence %d"
              .formatted(
                  workflow.status(),
                  workflow.succeededSteps(),
                  workflow.stepCount(),
                  workflow.finishedSteps(),
                  workflow.openSteps(),
                  workflow.heldSteps(),
                  workflow.nextSequence()));
    }
    if (workflow.status() != WorkflowStatus.ABSENT
        && workflow.stepCount() != definition.stepCount()) {
      violations.add(
          "%d steps, but its definition has %d"
              .formatted(workflow.stepCount(), definition.stepCount()));
    } else if (workflow.status() == WorkflowStatus.RUNNING) {
      checkRunning(definition, workflow, violations);
    } else {
      checkAtRest(definition, workflow, violations);
    }
    return violations;
  }

  private static void checkAtRest(
      CompiledDefinition definition, WorkflowView workflow, List<String> violations) {
    if (workflow.earliestDeadlineMs() != WorkflowView.NO_DEADLINE) {
      violations.add(
          "%s with a deadline at %d".formatted(workflow.status(), workflow.earliestDeadlineMs()));
    }
    int all = definition.mainSteps() + definition.finallySteps();
    if (workflow.status() == WorkflowStatus.SUCCEEDED && workflow.finishedSteps() != all) {
      violations.add("SUCCEEDED with %d of %d steps".formatted(workflow.finishedSteps(), all));
    }
  }

  private static void checkRunning(
      CompiledDefinition definition, WorkflowView workflow, List<String> violations) {
    StepInvariants steps = new StepInvariants(definition, workflow);
    long earliestMs = workflow.deadlineMs();
    for (int step = 0; step < workflow.stepCount(); step++) {
      long deadlineMs = workflow.stepDeadlineMs(step);
      if (deadlineMs != WorkflowView.NO_DEADLINE
          && (earliestMs == WorkflowView.NO_DEADLINE || deadlineMs < earliestMs)) {
        earliestMs = deadlineMs;
      }
      String violation = steps.violation(step);
      if (!violation.isEmpty()) {
        violations.add(
            "step '%s' is %s: %s"
                .formatted(definition.step(step).id(), workflow.stepStatus(step), violation));
      }
    }
    int waitingBranches =
        definition.isOfBranches() ? count(workflow, StepStatus.SUSPENDED) : 0; // they take up room
    int open = count(workflow, StepStatus.OPEN) + waitingBranches;
    expect(violations, "open steps", open, workflow.openSteps());
    expect(
        violations,
        "succeeded steps",
        count(workflow, StepStatus.SUCCEEDED),
        workflow.succeededSteps());
    expect(violations, "held steps", count(workflow, StepStatus.READY), workflow.heldSteps());
    expect(violations, "steps held for their queues", gated(workflow), workflow.gatedSteps());
    expect(violations, "first held step", firstHeld(workflow), workflow.nextHeld(0));
    expect(
        violations,
        "first step held but for its queue",
        firstHeldElsewhere(workflow),
        workflow.nextHeldElsewhere(0));
    expect(violations, "finished steps", finished(definition, workflow), workflow.finishedSteps());
    expect(violations, "earliest deadline", earliestMs, workflow.earliestDeadlineMs());
    if (workflow.outcome() != null && workflow.deadlineMs() != WorkflowView.NO_DEADLINE) {
      violations.add("it is ending and times out at %d".formatted(workflow.deadlineMs()));
    }
    boolean moves =
        count(workflow, StepStatus.OPEN)
                + count(workflow, StepStatus.BACKING_OFF)
                + count(workflow, StepStatus.SUSPENDED)
                + workflow.gatedSteps()
            > 0;
    boolean isHeld = definition.isOfBranches() && workflow.heldSteps() > 0; // by a pause elsewhere
    boolean waits = isHeld || workflow.isPaused() || earliestMs != WorkflowView.NO_DEADLINE;
    if (!moves && !waits) {
      violations.add("RUNNING, but nothing would ever happen");
    }
    violations.addAll(steps.violationsOfCompensation());
  }

  private static int finished(CompiledDefinition definition, WorkflowView workflow) {
    int finished = 0;
    for (int step = 0; step < definition.mainSteps() + definition.finallySteps(); step++) {
      finished += workflow.stepStatus(step).isFinal() ? 1 : 0;
    }
    return finished;
  }

  private static int gated(WorkflowView workflow) {
    int gated = 0;
    for (int step = 0; step < workflow.stepCount(); step++) {
      gated += workflow.isGated(step) ? 1 : 0;
    }
    return gated;
  }

  private static int firstHeld(WorkflowView workflow) {
    int step = 0;
    while (step < workflow.stepCount() && workflow.stepStatus(step) != StepStatus.READY) {
      step++;
    }
    return step;
  }

  private static int firstHeldElsewhere(WorkflowView workflow) {
    int step = 0;
    while (step < workflow.stepCount()
        && (workflow.stepStatus(step) != StepStatus.READY || workflow.isGated(step))) {
      step++;
    }
    return step;
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

  private static void expect(List<String> violations, String what, long counted, long stored) {
    if (counted != stored) {
      violations.add("%s: counted %d, stored %d".formatted(what, counted, stored));
    }
  }
}
