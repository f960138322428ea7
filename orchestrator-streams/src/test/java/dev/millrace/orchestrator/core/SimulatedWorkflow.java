package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.HoldStep;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The workflows of one id, one after another, whose every input is checked against the invariants,
 * the fold of the events and the reference. Nothing lives on from one input to the next but bytes,
 * as if the engine crashed in between.
 */
final class SimulatedWorkflow {
  private final SharedResults results;
  private final CoreChoices choices = new CoreChoices();
  private final EventLogInvariants log;
  private final List<Applied> history = new ArrayList<>();
  private final Map<Integer, Payload> ownKeys = new HashMap<>();
  private final List<WorkflowStatus> ends = new ArrayList<>();
  private final PackedWorkflow fold = PackedWorkflow.absent();
  private byte[] stored = PackedWorkflow.absent().bytes();
  private final Map<String, Long> kinds = new HashMap<>();
  private long nextSequence;
  private CompiledDefinition definition;
  private ReferenceWorkflow reference;

  /** The definition of the workflow that follows. */
  private WorkflowDefinition next;

  /**
   * Nothing yet of an id.
   *
   * @param source the definition of its first workflow
   * @param results what it shares with others
   */
  SimulatedWorkflow(WorkflowDefinition source, SharedResults results) {
    this.results = results;
    next = source;
    definition = CompiledDefinition.compile(source, FakeExpressions.INSTANCE);
    log = new EventLogInvariants(definition);
    reference = new ReferenceWorkflow(source, choices, results, 0);
  }

  /** The next workflow of the id has another definition. */
  void expect(WorkflowDefinition source) {
    next = source;
  }

  /** How the workflows of the id have ended. */
  List<WorkflowStatus> ends() {
    return ends;
  }

  CompiledDefinition definition() {
    return definition;
  }

  WorkflowStatus status() {
    return reference.status();
  }

  long armedTimerMs() {
    return PackedWorkflow.of(stored).armedTimerMs();
  }

  /** Applies an input, checks everything and hands out what is to be done because of it. */
  List<Effect> apply(Input input, long nowMs) {
    return apply(input, nowMs, false);
  }

  /**
   * The same.
   *
   * @param isGateShut whether steps have to wait for their queues
   */
  List<Effect> apply(Input input, long nowMs, boolean isGateShut) {
    if (input instanceof StartRequested
        && status().hasEnded()
        && reference.refusal(input) == null) {
      follow();
    }
    Map<Integer, Payload> payloads = Map.copyOf(ownKeys);
    Applied applied =
        Applied.apply(
            definition,
            stored,
            payloads,
            results.at(nowMs),
            isGateShut,
            input,
            nowMs,
            history.size());
    history.add(applied);
    stored = applied.after();
    applied.spilled().forEach(each -> ownKeys.put(each.slot(), each.payload()));
    applied.released().forEach(ownKeys::remove);
    checkDecision(applied);
    for (Event event : applied.events()) {
      log.accept(nextSequence++, event, nowMs);
      count(event);
    }
    for (Effect effect : applied.effects()) {
      if (effect instanceof CacheResult result) {
        results.keep(result);
        count("CacheResult");
      }
    }
    assertThat(log.violations()).isEmpty();
    applied.fold(fold);
    fold.spilled().take();
    fold.spilled().takeReleased();
    StoredChecks checks = new StoredChecks(definition, stored, ownKeys, reference, results);
    checks.check(nextSequence);
    for (Effect effect : applied.effects()) {
      if (effect instanceof DispatchStep command && !status().hasEnded()) {
        checks.checkCommand(command);
      }
    }
    return applied.effects();
  }

  /** The id is used again. */
  private void follow() {
    definition = CompiledDefinition.compile(next, FakeExpressions.INSTANCE);
    reference = new ReferenceWorkflow(next, choices, results, reference.highestAttempt());
    log.expect(definition);
  }

  private void count(Event event) {
    count(event.getClass().getSimpleName());
    if (event instanceof ControlRefused refused) {
      count(refused.code());
    }
    if (event instanceof StepSucceeded success) {
      count("StepSucceeded " + success.source());
    }
    if (event instanceof WorkflowStarted && !ends.isEmpty()) {
      count("WorkflowStarted again");
    }
    if (event instanceof WorkflowEnded ended) {
      ends.add(ended.outcome().status());
    }
  }

  /** Counts something that happened. */
  void count(String kind) {
    kinds.merge(kind, 1L, Long::sum);
  }

  /** A fresh account of the log so far. */
  EventLogInvariants account() {
    EventLogInvariants account = new EventLogInvariants(history.getFirst().definition());
    long sequence = 0;
    for (Applied applied : history) {
      account.expect(applied.definition());
      for (Event event : applied.events()) {
        account.accept(sequence++, event, applied.nowMs());
      }
    }
    return account;
  }

  /** The workflow as it is stored. */
  byte[] stored() {
    return stored;
  }

  /** The payloads that have keys of their own, by slot. */
  Map<Integer, Payload> payloads() {
    return Map.copyOf(ownKeys);
  }

  /** All that happened so far. */
  List<Applied> history() {
    return history;
  }

  /** Decides everything since an input again, on the bytes that were stored before it. */
  void replayFrom(int input) {
    byte[] bytes = history.get(input).before();
    for (Applied applied : history.subList(input, history.size())) {
      bytes = applied.repeatedOn(bytes).after();
    }
  }

  /** How often what has happened: events of each kind, refusals of each code, and more. */
  Map<String, Long> kinds() {
    return kinds;
  }

  /** The workflow as it should be. */
  ReferenceWorkflow reference() {
    return reference;
  }

  int inputs() {
    return history.size();
  }

  /** Folds the whole log into a fresh workflow. */
  void foldAll() {
    PackedWorkflow fresh = PackedWorkflow.absent();
    for (Applied applied : history) {
      applied.fold(fresh);
    }
  }

  private void checkDecision(Applied applied) {
    if (applied.decision() instanceof Decision.Refused refused) {
      assertThat(refused.reason()).isEqualTo(reference.refusal(applied.input()));
      count(refused.reason().code());
      if (applied.input() instanceof AttemptReported report && isOfFormer(report)) {
        count("late report of a former workflow");
      }
      return;
    }
    assertThat(reference.refusal(applied.input())).isNull();
    List<String> told = new ArrayList<>();
    for (Event event : applied.events()) {
      String words = Told.of(event, definition);
      if (!words.isEmpty()) {
        told.add(words);
      }
      choices.take(event, definition);
    }
    for (Effect effect : applied.effects()) {
      String words = Told.of(effect, definition);
      if (effect instanceof CancelAttempt) {
        count("CancelAttempt");
      }
      if (!words.isEmpty()) {
        told.add(words);
      }
    }
    new OpenAttempts(definition, PackedWorkflow.of(applied.before()), 0)
        .check(
            new OpenAttempts(definition, PackedWorkflow.of(applied.after()), 0),
            definition,
            applied.input(),
            applied.events(),
            applied.effects());
    checkGate(applied);
    List<Told.Turn> order = Told.turns(applied.events(), definition);
    List<String> expected =
        reference.apply(applied.input(), applied.nowMs(), applied.isGateShut(), order);
    Collections.sort(told);
    Collections.sort(expected);
    assertThat(told).as("what comes of %s", applied.input()).isEqualTo(expected);
  }

  /**
   * Checks that the gate knows what is open, and that a step that waits is found when it is due.
   */
  private void checkGate(Applied applied) {
    PackedWorkflow before = PackedWorkflow.of(applied.before());
    PackedWorkflow after = PackedWorkflow.of(applied.after());
    assertThat(applied.gate().open())
        .as("more open attempts by %s", applied.events())
        .isEqualTo(after.openSteps() - before.openSteps());
    assertThat(applied.gate().held()).isEqualTo(after.gatedSteps() - before.gatedSteps());
    boolean isMoved = before.priority() != after.priority();
    for (int step = 0; step < after.stepCount() && after.gatedSteps() > 0; step++) {
      boolean isNew =
          isMoved
              || before.gatedSteps() == 0
              || before.gatedSinceMs(step) != after.gatedSinceMs(step);
      if (after.isGated(step) && isNew) {
        count("StepHeld at the gate");
        assertThat(applied.effects()).contains(new HoldStep(step));
      }
    }
  }

  /** The steps that wait for their queue. */
  List<Integer> waiting() {
    PackedWorkflow workflow = PackedWorkflow.of(stored);
    List<Integer> waiting = new ArrayList<>();
    for (int step = 0; step < workflow.stepCount() && workflow.gatedSteps() > 0; step++) {
      if (workflow.isGated(step)) {
        waiting.add(step);
      }
    }
    return waiting;
  }

  /** Whether a report would fit a step that is under way, but for the workflow that it is of. */
  private boolean isOfFormer(AttemptReported report) {
    return report.attempt() <= reference.formerAttempts()
        && reference.steps().stream()
            .anyMatch(step -> step.id().equals(report.stepId()) && step.awaits(step.attempt));
  }
}
