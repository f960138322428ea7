package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ChunkOpened;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of the events of one workflow id, fed in the order of its log: of the workflow,
 * and of those that follow it under the id. It keeps its own account of the steps and shares no
 * code with the decider, so that a fault of one does not hide in the other. Superseded events must
 * be left out by the caller. Not thread-safe.
 */
public final class EventLogInvariants {
  private CompiledDefinition definition;

  /** The definition of the workflow that may follow; null where none may. */
  private @Nullable CompiledDefinition next;

  private StepAccount[] steps;
  private EdgeAccount edges;
  private EndAccount end;
  private final Complaints complaints = new Complaints();
  private final AttemptAccount attempts = new AttemptAccount(complaints);
  private ControlAccount controls;

  /**
   * A checker for one workflow id.
   *
   * @param definition the definition that its first workflow is pinned to in the beginning
   */
  public EventLogInvariants(CompiledDefinition definition) {
    this.definition = definition;
    steps = StepAccount.all(definition);
    edges = new EdgeAccount(definition, steps);
    end = new EndAccount(definition, steps, complaints);
    controls = new ControlAccount(steps, complaints);
  }

  /**
   * Lets another workflow follow under the id once this one has ended; without it, that is a
   * violation.
   *
   * @param following the definition that it is pinned to
   */
  public void expect(CompiledDefinition following) {
    next = following;
  }

  /**
   * Takes the next event of the log.
   *
   * @param atMs when it was decided, in epoch milliseconds
   */
  public void accept(long sequence, Event event, long atMs) {
    complaints.next(sequence);
    boolean isNote = event instanceof ControlRefused;
    if (event instanceof WorkflowStarted && status().hasEnded() && next != null) {
      begin(next);
    }
    complaints.unless(isNote || !status().hasEnded(), "%s after the end", event);
    boolean starts = event instanceof WorkflowStarted || event instanceof ChunkOpened;
    complaints.unless(
        starts == (status() == WorkflowStatus.ABSENT), "%s while %s", event, status());
    boolean ends = event instanceof WorkflowEnded || event instanceof WorkflowEnding;
    complaints.unless(ends || isNote || !end.isDue(), "%s, but a step has failed for good", event);
    controls.next(event);
    switch (event) {
      case WorkflowStarted started -> end.started(started);
      case ChunkOpened opened -> {
        end.chunkOpened();
        attempts.follow(steps, opened.formerAttempts());
      }
      case BranchesOpened opened -> opened(opened);
      case BranchesReported report ->
          attempts.reported(steps[report.step()], isForked(steps[report.step()]), report.attempt());
      case StepDispatched dispatched -> dispatched(dispatched, atMs);
      case StepSuspended suspended -> suspended(suspended);
      case StepHeld held -> held(held, atMs);
      case StepSkipped skipped -> skipped(skipped);
      case StepRepeated repeated -> repeated(repeated);
      case StepSucceeded success -> succeeded(success);
      case AttemptFailed failed -> attemptFailed(failed, atMs);
      case StepFailed failed -> stepFailed(failed, atMs);
      case WorkflowMigrated migrated -> migrated(migrated.target());
      case MigrationTried tried -> {}
      case AttemptHeard heard -> attempts.heard(steps[heard.step()], heard);
      case StepsReset reset -> reset(reset);
      case WorkflowPaused pause -> controls.pause(true);
      case WorkflowResumed resume -> controls.pause(false);
      case SignalReceived signal -> controls.received(signal);
      case PriorityChanged change -> {}
      case ControlRefused refused -> {}
      case WorkflowEnding ending -> end.ending(ending, atMs);
      case WorkflowEnded ended -> end.ended(ended, atMs);
    }
  }

  /** Nothing of the former workflow goes on but the count of attempts. */
  private void begin(CompiledDefinition following) {
    next = null;
    definition = following;
    steps = StepAccount.all(following);
    edges = new EdgeAccount(following, steps);
    end = new EndAccount(following, steps, complaints);
    controls = new ControlAccount(steps, complaints);
    attempts.follow(steps, attempts.highest());
  }

  /** What was found wrong so far, each with the sequence number of its event. */
  public List<String> violations() {
    return complaints.all();
  }

  /** Where the events so far have brought the workflow. */
  public WorkflowStatus status() {
    return end.status();
  }

  private void opened(BranchesOpened opened) {
    StepAccount step = steps[opened.step()];
    begins(opened.step(), "forked");
    complaints.unless(isForked(step), "step '%s' is forked, and has no items", id(step));
    attempts.attempted(step, opened.attempt());
    step.become(StepStatus.SUSPENDED, WorkflowView.NO_DEADLINE);
  }

  /** Whether a step runs for each item of a list, and is not one of those runs. */
  private boolean isForked(StepAccount step) {
    return step.step().forEach() != null && !definition.isOfBranches();
  }

  private void migrated(CompiledDefinition target) {
    StepMapping mapping = new StepMapping(definition, target);
    StepAccount[] later = new StepAccount[target.stepCount()];
    for (int step = 0; step < later.length; step++) {
      int degree = target.dependencies().degree(step);
      int old = mapping.former(step);
      later[step] =
          old == CompiledDefinition.NO_STEP
              ? new StepAccount(target.step(step), degree)
              : steps[old].migrated(target.step(step), degree);
    }
    edges = edges.migrated(mapping, later);
    end = end.migrated(mapping, later);
    controls.migrated(later);
    definition = target;
    steps = later;
  }

  private void dispatched(StepDispatched dispatched, long atMs) {
    StepAccount step = steps[dispatched.step()];
    begins(dispatched.step(), "dispatched");
    controls.begins(step);
    complaints.unless(
        step.step().action() instanceof CompiledAction.Work,
        "step '%s' is dispatched, but no worker runs it",
        id(step));
    boolean waits = step.status() == StepStatus.BACKING_OFF || step.status() == StepStatus.READY;
    complaints.unless(
        !waits || atMs >= step.dueMs(),
        "step '%s' is tried again at %d, before %d",
        id(step),
        atMs,
        step.dueMs());
    boolean isFull =
        step.step().group() != Group.COMPENSATION && room().open() >= definition.maxParallel();
    complaints.unless(!isFull, "step '%s' is dispatched beside %d others", id(step), room().open());
    attempts.attempted(step, dispatched.attempt());
    step.become(StepStatus.OPEN, dispatched.deadlineMs());
  }

  private void suspended(StepSuspended suspended) {
    StepAccount step = steps[suspended.step()];
    begins(suspended.step(), "suspended");
    controls.begins(step);
    complaints.unless(
        !(step.step().action() instanceof CompiledAction.Work),
        "step '%s' is suspended, but a worker runs it",
        id(step));
    attempts.attempted(step, suspended.attempt());
    step.become(StepStatus.SUSPENDED, suspended.dueMs());
  }

  private void held(StepHeld held, long atMs) {
    StepAccount step = steps[held.step()];
    begins(held.step(), "held");
    boolean fits =
        switch (held.reason()) {
          case MAX_PARALLEL ->
              held.untilMs() == WorkflowView.NO_DEADLINE
                  && room().open() + room().gatedBut(step) >= definition.maxParallel();
          case WINDOW -> step.step().window() != null && held.untilMs() > atMs;
          case PAUSED ->
              definition.isOfBranches()
                  || (held.untilMs() == WorkflowView.NO_DEADLINE && controls.isPaused());
          case QUEUE, QUEUE_PAUSED, RATE, CONCURRENCY, BREAKER ->
              held.untilMs() == WorkflowView.NO_DEADLINE
                  && step.step().action() instanceof CompiledAction.Work
                  && !isForked(step)
                  && !step.isGated();
        };
    complaints.unless(
        fits,
        "step '%s' is held by %s until %d, with %d open",
        id(step),
        held.reason(),
        held.untilMs(),
        room().open());
    step.hold(held.untilMs(), held.reason().isAtGate());
  }

  private void reset(StepsReset reset) {
    for (int index : reset.steps()) {
      StepAccount step = steps[index];
      complaints.unless(
          step.status() != StepStatus.WAITING && !end.isAbandoned(step),
          "step '%s' is reset while %s",
          id(step),
          step.status());
      edges.reopenFrom(index);
      end.reset(index);
      step.reset(index == reset.steps().getFirst());
    }
  }

  private void skipped(StepSkipped skipped) {
    StepAccount step = steps[skipped.step()];
    boolean isByHand = skipped.reason() == StepSkipped.Reason.BY_HAND;
    complaints.unless(
        step.status() == StepStatus.WAITING || (isByHand && !step.status().isFinal()),
        "step '%s' is skipped while %s",
        id(step),
        step.status());
    boolean fits =
        switch (skipped.reason()) {
          case DEPENDENCIES -> step.isMissed();
          case CONDITION -> step.step().when() != null && step.mayStart();
          case BY_HAND -> true;
        };
    complaints.unless(
        fits,
        "step '%s' is skipped for its %s, which does not ask for it",
        id(step),
        skipped.reason());
    step.become(StepStatus.SKIPPED, WorkflowView.NO_DEADLINE);
    end.skipped(skipped.step());
    edges.skipped(skipped.step());
  }

  private void repeated(StepRepeated repeated) {
    StepAccount step = steps[repeated.step()];
    CompiledStep.CompiledRepeat repeat = step.step().repeat();
    attempts.close(step, repeated.attempt());
    step.nextRound();
    complaints.unless(
        repeat != null && step.rounds() < repeat.max(),
        "step '%s' has %d rounds behind it and gets another",
        id(step),
        step.rounds());
    complaints.unless(
        !end.isAbandoned(step), "step '%s' gets another round, but nothing waits for it", id(step));
    step.become(StepStatus.BACKING_OFF, repeated.nextAtMs());
  }

  private void succeeded(StepSucceeded success) {
    StepAccount step = steps[success.step()];
    if (success.source() == StepSucceeded.Source.BY_HAND) {
      complaints.unless(!step.status().isFinal(), "step '%s' succeeds again", id(step));
    } else if (success.source() != StepSucceeded.Source.CACHED
        && step.step().action() instanceof CompiledAction.Work
        && !isForked(step)) {
      attempts.close(step, success.attempt());
    } else if (step.status() == StepStatus.SUSPENDED) {
      complaints.unless(
          step.attempts() == success.attempt(),
          "attempt %d of step '%s' is over, which waits in attempt %d",
          success.attempt(),
          id(step),
          step.attempts());
    } else {
      begins(success.step(), "done by the engine");
      controls.begins(step);
      attempts.attempted(step, success.attempt());
    }
    step.become(StepStatus.SUCCEEDED, WorkflowView.NO_DEADLINE);
    end.succeeded(success.step());
    complaints.unless(
        edges.succeeded(success) == success.notTaken().size(),
        "step '%s' does not lead to steps %s, which do not all depend on it under a condition",
        id(step),
        success.notTaken());
  }

  private void attemptFailed(AttemptFailed failed, long atMs) {
    StepAccount step = steps[failed.step()];
    attempts.notTooEarly(step, failed.failure(), atMs);
    complaints.unless(
        step.mayRetry(failed.failure()) && !end.isAbandoned(step),
        "attempt %d of step '%s' must be the last",
        failed.attempt(),
        id(step));
    complaints.unless(failed.retryAtMs() > atMs, "the retry of step '%s' is due at once", id(step));
    attempts.close(step, failed.attempt());
    step.become(StepStatus.BACKING_OFF, failed.retryAtMs());
  }

  private void stepFailed(StepFailed failed, long atMs) {
    StepAccount step = steps[failed.step()];
    attempts.notTooEarly(step, failed.failure(), atMs);
    boolean isUnderWay = step.status() == StepStatus.OPEN || step.status() == StepStatus.SUSPENDED;
    complaints.unless(
        !step.status().isFinal() && step.attempts() == failed.attempt(),
        "step '%s' fails in attempt %d, but is %s at attempt %d",
        id(step),
        failed.attempt(),
        step.status(),
        step.attempts());
    complaints.unless(
        !isUnderWay || end.isAbandoned(step) || !step.mayRetry(failed.failure()),
        "step '%s' gives up after attempt %d, but may be tried again",
        id(step),
        failed.attempt());
    Consequence expected =
        definition.isOfBranches() ? Consequence.CONTINUE : step.consequence(failed.failure());
    complaints.unless(
        failed.consequence() == expected,
        "step '%s' fails of %s: %s, and its rules say %s",
        id(step),
        failed.failure().type(),
        failed.consequence(),
        expected);
    step.become(StepStatus.FAILED, WorkflowView.NO_DEADLINE);
    end.failed(failed);
    edges.failed(failed);
  }

  /** The step may get under way. */
  private void begins(int index, String how) {
    StepAccount step = steps[index];
    StepStatus was = step.status();
    complaints.unless(
        was == StepStatus.WAITING || was == StepStatus.BACKING_OFF || was == StepStatus.READY,
        "step '%s' is %s while %s",
        id(step),
        how,
        was);
    // One that has begun goes on, though what it depended on may have been reset since.
    complaints.unless(
        was != StepStatus.WAITING || step.mayStart(),
        "step '%s' is %s, but its join rule is not satisfied",
        id(step),
        how);
    String hindrance = end.hindrance(index);
    complaints.unless(hindrance.isEmpty(), "step '%s' is %s, but %s", id(step), how, hindrance);
  }

  private Room room() {
    return new Room(steps, definition.isOfBranches());
  }

  private static String id(StepAccount step) {
    return step.step().id();
  }
}
