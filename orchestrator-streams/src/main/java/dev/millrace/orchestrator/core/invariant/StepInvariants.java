package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must hold of the steps of one running workflow. One use. */
final class StepInvariants {
  private final CompiledDefinition definition;
  private final WorkflowView workflow;
  private final PossibleJoins joins;
  private final @Nullable Outcome outcome;
  private final Set<Integer> toCompensate = new TreeSet<>();
  private final Set<Integer> children = new TreeSet<>();

  /** Whether a step is open whose effect may have to be undone. */
  private final boolean isAwaiting;

  private final boolean isUndoing;

  StepInvariants(CompiledDefinition definition, WorkflowView workflow) {
    this.definition = definition;
    this.workflow = workflow;
    this.joins = new PossibleJoins(definition, workflow);
    this.outcome = workflow.outcome();
    for (int step : workflow.toCompensate()) {
      toCompensate.add(step);
    }
    for (int step : workflow.stepsWithChildren()) {
      children.add(step);
    }
    boolean isOpen = false;
    for (int step = 0; step < definition.mainSteps(); step++) {
      isOpen |= workflow.stepStatus(step) == StepStatus.OPEN;
    }
    this.isAwaiting = outcome != null && isOpen;
    this.isUndoing =
        outcome != null
            && outcome.status() != WorkflowStatus.SUCCEEDED
            && (isAwaiting || !toCompensate.isEmpty());
  }

  /** What is wrong with a step; empty when nothing is. */
  String violation(int step) {
    String ofGroup = violationOfGroup(step);
    if (!ofGroup.isEmpty()) {
      return ofGroup;
    }
    String ofStatus = violationOfStatus(step);
    if (!ofStatus.isEmpty()) {
      return ofStatus;
    }
    if (children.contains(step) && workflow.stepStatus(step) != StepStatus.SUSPENDED) {
      return "it keeps workflow '%s' in mind".formatted(workflow.child(step));
    }
    String ofClocks = violationOfClocks(step);
    if (!ofClocks.isEmpty()) {
      return ofClocks;
    }
    CompiledStep.CompiledRepeat repeat = definition.step(step).repeat();
    int mostRounds = repeat == null ? 0 : repeat.max() - 1;
    int rounds = workflow.rounds(step);
    return rounds <= mostRounds
        ? ""
        : "%d rounds are behind it, at most %d can be".formatted(rounds, mostRounds);
  }

  private String violationOfClocks(int step) {
    if (!definition.step(step).limits().needClocks()) {
      return "";
    }
    Clocks clocks = workflow.clocks(step);
    boolean fits =
        switch (workflow.stepStatus(step)) {
          case OPEN -> workflow.stepDeadlineMs(step) == clocks.earliestMs();
          case BACKING_OFF, READY -> clocks.equals(clocks.between());
          case WAITING, SUSPENDED, SUCCEEDED, FAILED, SKIPPED, ABANDONED ->
              clocks.equals(Clocks.NONE);
        };
    return fits ? "" : "its deadline is %d: %s".formatted(workflow.stepDeadlineMs(step), clocks);
  }

  private String violationOfGroup(int step) {
    CompiledStep compiled = definition.step(step);
    StepStatus status = workflow.stepStatus(step);
    if (status == StepStatus.ABANDONED && (outcome == null || compiled.group() != Group.MAIN)) {
      return "nothing goes on without it";
    }
    return switch (compiled.group()) {
      case MAIN -> {
        boolean isAwaited =
            status == StepStatus.OPEN && compiled.compensation() != CompiledDefinition.NO_STEP;
        if (outcome != null && !status.isFinal() && !isAwaited) {
          yield "its workflow is ending without it";
        }
        boolean stops =
            status == StepStatus.FAILED
                && outcome == null
                && !definition.isOfBranches()
                && !mayGoOn(compiled);
        yield stops ? "its workflow must be ending" : "";
      }
      case FINALLY ->
          status != StepStatus.WAITING && (outcome == null || isUndoing)
              ? "its workflow has not come so far"
              : "";
      case COMPENSATION -> {
        boolean fails = outcome != null && outcome.status() != WorkflowStatus.SUCCEEDED;
        if (status != StepStatus.WAITING && !fails) {
          yield "its workflow does not fail";
        }
        boolean runs = status != StepStatus.WAITING && !status.isFinal();
        yield runs && !toCompensate.contains(compiled.compensates())
            ? "there is nothing to undo"
            : "";
      }
    };
  }

  /** Whether a workflow may go on after the step has failed. */
  private static boolean mayGoOn(CompiledStep step) {
    return step.onFailure().stream()
        .map(FailureRule::reaction)
        .anyMatch(
            reaction ->
                reaction instanceof FailureRule.Reaction.GoOn
                    || reaction instanceof FailureRule.Reaction.Route);
  }

  private String violationOfStatus(int step) {
    CompiledStep compiled = definition.step(step);
    int attempts = workflow.attemptsOfRound(step);
    int most = compiled.retry().maxAttempts();
    boolean isFork = compiled.forEach() != null && !definition.isOfBranches();
    boolean isWork = compiled.action() instanceof CompiledAction.Work && !isFork;
    return switch (workflow.stepStatus(step)) {
      case WAITING -> violationOfWaiting(step, compiled);
      case OPEN -> {
        if (!isWork) {
          yield "no worker runs it";
        }
        boolean isTimed = workflow.stepDeadlineMs(step) != WorkflowView.NO_DEADLINE;
        boolean mayBeEither = compiled.timeoutMs() == 0 && compiled.limits().needClocks();
        String begun = violationOfBegun(step, mayBeEither ? isTimed : compiled.timeoutMs() > 0);
        yield begun.isEmpty() ? attempts(attempts, 1, most) : begun;
      }
      case BACKING_OFF -> {
        String begun = violationOfBegun(step, true);
        yield begun.isEmpty()
            ? attempts(attempts, workflow.rounds(step) > 0 ? 0 : 1, most - 1)
            : begun;
      }
      case READY -> {
        boolean isTimed = workflow.stepDeadlineMs(step) != WorkflowView.NO_DEADLINE;
        boolean isGated = workflow.isGated(step);
        if (isGated && !isWork) {
          yield "it is held for the queue of no worker";
        }
        boolean mayBeHeld = isGated || isFull() || isPaused() || definition.isOfBranches();
        if (isTimed ? compiled.window() == null : !mayBeHeld) {
          yield "nothing holds it";
        }
        String begun = violationOfBegun(step, isTimed);
        yield begun.isEmpty() ? attempts(attempts, 0, most - 1) : begun;
      }
      case SUSPENDED -> {
        if (isWork) {
          yield "a worker runs it";
        }
        boolean isChild = compiled.action() instanceof CompiledAction.StartChild && !isFork;
        if (isChild == (workflow.child(step) == null)) {
          yield "it waits for workflow %s".formatted(workflow.child(step));
        }
        if (compiled.action() instanceof CompiledAction.AwaitSignal wait
            && workflow.keptSignal(wait.signal()) != WorkflowView.NO_SIGNAL) {
          yield "a signal '%s' is kept".formatted(wait.signal());
        }
        boolean waitsForATime =
            compiled.action() instanceof CompiledAction.Delay
                || compiled.action() instanceof CompiledAction.Until;
        if (isFork == (workflow.branches(step) == null)) {
          yield "its branches are %s".formatted(workflow.branches(step));
        }
        boolean timesOut = compiled.timeoutMs() > 0 && !isFork;
        String begun = violationOfBegun(step, waitsForATime || timesOut);
        yield begun.isEmpty() ? attempts(attempts, 1, most) : begun;
      }
      case SUCCEEDED, FAILED, SKIPPED, ABANDONED -> deadline(step, false);
    };
  }

  /** Whether commands may be held back; a chunk of branches then looks for the end of that. */
  private boolean isPaused() {
    boolean looksAgain = workflow.earliestDeadlineMs() != WorkflowView.NO_DEADLINE;
    return definition.isOfBranches() ? looksAgain : workflow.isPaused();
  }

  private boolean isFull() {
    return workflow.openSteps() + workflow.gatedSteps() >= definition.maxParallel();
  }

  private String violationOfWaiting(int step, CompiledStep compiled) {
    if (definition.isOfBranches()) {
      return deadline(step, false); // it waits for room
    }
    int join = workflow.join(step);
    if (compiled.group() == Group.COMPENSATION) {
      return join == Join.MISSED ? deadline(step, false) : "it would start by itself";
    }
    Set<Integer> possible = joins.of(step);
    if (!possible.contains(join)) {
      return "it waits for %s, and should for %s".formatted(join(join), joins(possible));
    }
    boolean mayStart = compiled.group() == Group.MAIN || (outcome != null && !isUndoing);
    boolean isDecided = join == 0 || join == Join.MISSED;
    return mayStart && isDecided ? "nothing is left to wait for" : deadline(step, false);
  }

  private String violationOfBegun(int step, boolean hasDeadline) {
    boolean mayRun =
        definition.step(step).group() == Group.COMPENSATION
            || joins.of(step).contains(0)
            || isStartedByHand(step);
    return mayRun ? deadline(step, hasDeadline) : "its join rule is not satisfied";
  }

  /** Whether a step, or one that it depends on, has been reset since it could start. */
  private boolean isStartedByHand(int step) {
    Adjacency dependencies = definition.dependencies();
    boolean isReset = workflow.wasReset(step);
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      isReset |= workflow.wasReset(dependencies.target(edge));
    }
    return isReset;
  }

  private String deadline(int step, boolean isExpected) {
    long deadlineMs = workflow.stepDeadlineMs(step);
    return (deadlineMs != WorkflowView.NO_DEADLINE) == isExpected
        ? ""
        : "its deadline is %d".formatted(deadlineMs);
  }

  private static String attempts(int attempts, int least, int most) {
    return attempts >= least && attempts <= most
        ? ""
        : "attempt %d, not %d to %d".formatted(attempts, least, most);
  }

  private static String join(int join) {
    return join == Join.MISSED ? "nothing any more" : Integer.toString(join);
  }

  private static String joins(Set<Integer> possible) {
    return String.join(" or ", possible.stream().map(StepInvariants::join).toList());
  }

  /** What is wrong with the list of steps to undo, and with what undoes them. */
  List<String> violationsOfCompensation() {
    List<String> violations = new ArrayList<>(0);
    int running = 0;
    boolean cleanedUp = false;
    Set<Integer> expected = new TreeSet<>();
    for (int step = 0; step < definition.stepCount(); step++) {
      CompiledStep compiled = definition.step(step);
      StepStatus status = workflow.stepStatus(step);
      if (compiled.group() == Group.COMPENSATION) {
        running += status == StepStatus.WAITING || status.isFinal() ? 0 : 1;
      }
      cleanedUp |= compiled.group() == Group.FINALLY && status == StepStatus.FAILED;
      if (status == StepStatus.SUCCEEDED
          && compiled.compensation() != CompiledDefinition.NO_STEP
          && !workflow.stepStatus(compiled.compensation()).isFinal()) {
        expected.add(step);
      }
    }
    boolean succeeds = outcome != null && outcome.status() == WorkflowStatus.SUCCEEDED;
    // A finally step that fails makes a workflow fail that had succeeded, and undoes nothing.
    boolean fits =
        toCompensate.equals(expected)
            || (toCompensate.isEmpty() && (succeeds || (outcome != null && cleanedUp)));
    if (!fits) {
      violations.add("steps to undo: counted %s, stored %s".formatted(expected, toCompensate));
    }
    if (running > 1) {
      violations.add("%d steps are being undone at once".formatted(running));
    }
    if (running > 0 && isAwaiting) {
      violations.add("a step is being undone, though another may still complete");
    }
    if (isUndoing && running == 0 && !isAwaiting) {
      violations.add("steps %s are to be undone, and none is".formatted(toCompensate));
    }
    return violations;
  }
}
