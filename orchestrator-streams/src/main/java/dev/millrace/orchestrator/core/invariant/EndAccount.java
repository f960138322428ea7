package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the events of a workflow say of its end, so far. Not thread-safe. */
final class EndAccount {
  private final CompiledDefinition definition;
  private final StepAccount[] steps;
  private final Complaints complaints;

  /** Steps to undo, in the order of their completion. */
  private final List<Integer> toUndo = new ArrayList<>();

  private WorkflowStatus status = WorkflowStatus.ABSENT;
  private long deadlineMs = WorkflowView.NO_DEADLINE;
  private @Nullable Outcome outcome;

  /** The failure of a step with which the workflow must fail, and next. */
  private @Nullable Failure fatal;

  EndAccount(CompiledDefinition definition, StepAccount[] steps, Complaints complaints) {
    this.definition = definition;
    this.steps = steps;
    this.complaints = complaints;
  }

  /** The account of the same workflow with another version of its definition. */
  EndAccount migrated(StepMapping mapping, StepAccount[] later) {
    EndAccount account = new EndAccount(mapping.after(), later, complaints);
    toUndo.forEach(step -> account.toUndo.add(mapping.later(step)));
    account.status = status;
    account.deadlineMs = deadlineMs;
    account.outcome = outcome;
    return account;
  }

  WorkflowStatus status() {
    return status;
  }

  /** Whether the workflow must end, or begin to, before anything else. */
  boolean isDue() {
    return fatal != null;
  }

  /** Whether the workflow goes on without a step. */
  boolean isAbandoned(StepAccount step) {
    return outcome != null && step.step().group() == Group.MAIN;
  }

  void started(WorkflowStarted started) {
    status = WorkflowStatus.RUNNING;
    deadlineMs = started.deadlineMs();
  }

  /** A chunk of branches has no end of its own. */
  void chunkOpened() {
    status = WorkflowStatus.RUNNING;
  }

  void succeeded(int step) {
    CompiledStep compiled = definition.step(step);
    if (compiled.compensation() != CompiledDefinition.NO_STEP) {
      toUndo.add(step);
    }
    toUndo.removeIf(each -> each == compiled.compensates());
  }

  void skipped(int step) {
    toUndo.removeIf(each -> each == definition.step(step).compensates());
  }

  /** A step is as if it had not run. */
  void reset(int step) {
    toUndo.removeIf(each -> each == step);
  }

  void failed(StepFailed failed) {
    CompiledStep compiled = definition.step(failed.step());
    toUndo.removeIf(each -> each == compiled.compensates());
    boolean isNews = outcome == null || outcome.status() == WorkflowStatus.SUCCEEDED;
    if (failed.consequence() == StepFailed.Consequence.FAIL
        && compiled.group() != Group.COMPENSATION
        && isNews) {
      fatal = failed.failure();
    }
  }

  /** Why a step may not get under way now; empty when it may. */
  String hindrance(int step) {
    CompiledStep compiled = definition.step(step);
    boolean fails = outcome != null && outcome.status() != WorkflowStatus.SUCCEEDED;
    return switch (compiled.group()) {
      case MAIN -> outcome == null ? "" : "the workflow is ending";
      case FINALLY -> {
        if (outcome == null) {
          yield "the workflow is not ending";
        }
        yield fails && isUndoing() ? "something is to be undone first" : "";
      }
      case COMPENSATION -> {
        boolean isFirst = steps[step].status() == StepStatus.WAITING;
        boolean isNext = !toUndo.isEmpty() && toUndo.getLast() == compiled.compensates();
        if (!fails || !toUndo.contains(compiled.compensates())) {
          yield "there is nothing to undo";
        }
        boolean mustWait = !isNext || isCompensating() || isAwaiting();
        yield isFirst && mustWait ? "another step is to be undone first" : "";
      }
    };
  }

  private boolean isCompensating() {
    for (StepAccount step : steps) {
      if (step.step().group() == Group.COMPENSATION
          && step.status() != StepStatus.WAITING
          && !step.status().isFinal()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a step is to be undone, or may have to be. */
  private boolean isUndoing() {
    return isAwaiting() || !toUndo.isEmpty();
  }

  private boolean isAwaiting() {
    boolean isAwaiting = false;
    for (int step = 0; step < definition.mainSteps(); step++) {
      isAwaiting |= mayNeedUndoing(steps[step]);
    }
    return isAwaiting;
  }

  private static boolean mayNeedUndoing(StepAccount step) {
    return step.status() == StepStatus.OPEN
        && step.step().compensation() != CompiledDefinition.NO_STEP;
  }

  void ending(WorkflowEnding ending, long atMs) {
    Outcome next = ending.outcome();
    if (outcome == null) {
      begins(next, atMs);
    } else {
      complaints.unless(
          fatal != null && outcome.status() == WorkflowStatus.SUCCEEDED,
          "the workflow ends %s, and was ending %s",
          next.status(),
          outcome.status());
      fits(next);
    }
    for (int step = 0; step < definition.mainSteps(); step++) {
      if (!steps[step].status().isFinal() && !mayNeedUndoing(steps[step])) {
        steps[step].become(StepStatus.ABANDONED, WorkflowView.NO_DEADLINE);
      }
    }
    if (next.status() == WorkflowStatus.SUCCEEDED) {
      toUndo.clear();
    }
    outcome = next;
    fatal = null;
  }

  void ended(WorkflowEnded ended, long atMs) {
    Outcome last = ended.outcome();
    status = last.status();
    if (status == WorkflowStatus.TERMINATED) {
      return;
    }
    boolean succeeds = status == WorkflowStatus.SUCCEEDED;
    if (outcome == null) {
      begins(last, atMs);
      complaints.unless(
          definition.finallySteps() == 0, "the workflow ends without its finally steps");
    } else {
      complaints.unless(last.equals(outcome), "the workflow ends %s, and should %s", last, outcome);
      complaints.unless(fatal == null, "the workflow ends %s, though a step has failed", status);
    }
    complaints.unless(
        succeeds || !isUndoing(), "the workflow ends, and steps %s are not undone", toUndo);
    int first = outcome == null ? 0 : definition.mainSteps();
    int end = definition.mainSteps() + definition.finallySteps();
    for (int step = first; (succeeds || outcome != null) && step < end; step++) {
      complaints.unless(
          steps[step].status().isFinal(),
          "the workflow ends %s, and step '%s' is %s",
          status,
          definition.step(step).id(),
          steps[step].status());
    }
    outcome = last;
    fatal = null;
  }

  /** It is first said how the workflow ends. */
  private void begins(Outcome next, long atMs) {
    boolean isLate = deadlineMs != WorkflowView.NO_DEADLINE && atMs >= deadlineMs;
    switch (next.status()) {
      case SUCCEEDED, FAILED -> fits(next);
      case TIMED_OUT ->
          complaints.unless(
              isLate, "the workflow times out at %d; its deadline is %d", atMs, deadlineMs);
      case CANCELLED, TERMINATED -> {}
      case ABSENT, RUNNING -> throw new IllegalStateException("no end: " + next);
    }
  }

  /** It succeeds when its steps are done with, and fails when one, or its output, has. */
  private void fits(Outcome next) {
    Failure failure = next.failure();
    boolean isDone = true;
    for (int step = 0; step < definition.mainSteps(); step++) {
      isDone &= steps[step].status().isFinal();
    }
    if (failure == null) {
      complaints.unless(
          isDone && fatal == null,
          "the workflow succeeds, though a step is not done with or has failed");
    } else if (fatal == null) {
      boolean isOfOutput =
          failure.type().equals(Failure.EXPRESSION)
              || failure.type().equals(Failure.OUTPUT_TOO_LARGE)
              || failure.type().equals(Failure.EVENTS_TOO_LARGE);
      complaints.unless(
          isDone && isOfOutput && definition.output() != null,
          "the workflow fails of %s, and no step has",
          failure.type());
    } else {
      complaints.unless(
          failure.type().equals(fatal.type()),
          "the workflow fails of %s, and a step of %s",
          failure.type(),
          fatal.type());
    }
  }
}
