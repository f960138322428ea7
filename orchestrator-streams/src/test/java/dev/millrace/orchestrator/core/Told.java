package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.CancelBranches;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.HoldStep;
import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.effect.OpenChunk;
import dev.millrace.orchestrator.core.effect.ReportChunk;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.effect.TellParent;
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
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What happens to a workflow, in words that the core and the reference can be compared in. */
final class Told {
  private Told() {}

  /**
   * An event in words; empty for a step that is held, since which of several must wait is left to
   * the core, and whether one must is seen in its status.
   */
  static String of(Event event, CompiledDefinition definition) {
    return switch (event) {
      case WorkflowStarted started -> started(started.deadlineMs());
      case StepDispatched step ->
          dispatched(
              id(definition, step.step()), step.attempt(), step.deadlineMs(), step.resultKey());
      case StepSuspended step ->
          suspended(id(definition, step.step()), step.attempt(), step.dueMs());
      case StepHeld held -> "";
      case StepSkipped step -> skipped(id(definition, step.step()), step.reason().name());
      case StepRepeated step ->
          repeated(id(definition, step.step()), step.attempt(), step.nextAtMs());
      case StepSucceeded step -> {
        Set<String> notTaken = new TreeSet<>();
        step.notTaken().forEach(each -> notTaken.add(id(definition, each)));
        boolean isOfAnother = step.source() == StepSucceeded.Source.CACHED;
        yield succeeded(
            id(definition, step.step()), step.attempt(), step.output(), isOfAnother, notTaken);
      }
      case AttemptFailed step ->
          retried(
              id(definition, step.step()), step.attempt(), step.failure().type(), step.retryAtMs());
      case StepFailed step ->
          failed(
              id(definition, step.step()),
              step.attempt(),
              step.failure().type(),
              step.consequence().name(),
              step.routedTo() == CompiledDefinition.NO_STEP
                  ? null
                  : id(definition, step.routedTo()));
      case BranchesOpened opened -> throw notTold(opened);
      case BranchesReported report -> throw notTold(report);
      case ChunkOpened opened -> throw notTold(opened);
      case WorkflowMigrated migrated -> throw notTold(migrated);
      case MigrationTried tried -> throw notTold(tried);
      case ControlRefused refused -> "refused " + refused.code();
      case AttemptHeard heard ->
          heard(
              id(definition, heard.step()), heard.attempt(), heard.progress(), heard.deadlineMs());
      case StepsReset reset -> {
        Set<String> steps = new TreeSet<>();
        reset.steps().forEach(each -> steps.add(id(definition, each)));
        yield reset(steps);
      }
      case SignalReceived signal ->
          signal(
              signal.name(),
              signal.payload(),
              signal.step() == CompiledDefinition.NO_STEP ? null : id(definition, signal.step()));
      case WorkflowPaused paused -> "paused";
      case WorkflowResumed resumed -> "resumed";
      case PriorityChanged changed -> "priority " + changed.priority();
      case WorkflowEnding ending ->
          ends("ending", ending.outcome().status(), ending.outcome().failure(), ending.output());
      case WorkflowEnded ended ->
          ends("ended", ended.outcome().status(), ended.outcome().failure(), ended.output());
    };
  }

  /**
   * Something that happens to a step.
   *
   * @param begins whether it is anything but that the step is held for want of room or by a pause;
   *     one that is held for its queue takes up room
   */
  record Turn(String step, boolean begins) {}

  /** What happens to steps by some events, in their order. */
  static List<Turn> turns(List<Event> events, CompiledDefinition definition) {
    return events.stream()
        .filter(event -> step(event) != CompiledDefinition.NO_STEP)
        .map(event -> new Turn(id(definition, step(event)), begins(event)))
        .toList();
  }

  private static boolean begins(Event event) {
    return !(event instanceof StepHeld held)
        || held.reason() == StepHeld.Reason.WINDOW
        || held.reason().isAtGate();
  }

  private static int step(Event event) {
    return switch (event) {
      case StepDispatched step -> step.step();
      case StepSuspended step -> step.step();
      case StepSkipped step -> step.step();
      case StepRepeated step -> step.step();
      case StepSucceeded step -> step.step();
      case AttemptFailed step -> step.step();
      case StepFailed step -> step.step();
      case BranchesOpened opened -> opened.step();
      case BranchesReported report -> report.step();
      case ChunkOpened opened -> CompiledDefinition.NO_STEP;
      case AttemptHeard heard -> heard.step();
      case SignalReceived signal -> CompiledDefinition.NO_STEP;
      case StepsReset reset -> CompiledDefinition.NO_STEP;
      case WorkflowPaused paused -> CompiledDefinition.NO_STEP;
      case WorkflowResumed resumed -> CompiledDefinition.NO_STEP;
      case PriorityChanged changed -> CompiledDefinition.NO_STEP;
      case ControlRefused refused -> CompiledDefinition.NO_STEP;
      case StepHeld held -> held.step();
      case WorkflowStarted started -> CompiledDefinition.NO_STEP;
      case WorkflowMigrated migrated -> CompiledDefinition.NO_STEP;
      case MigrationTried tried -> CompiledDefinition.NO_STEP;
      case WorkflowEnding ending -> CompiledDefinition.NO_STEP;
      case WorkflowEnded ended -> CompiledDefinition.NO_STEP;
    };
  }

  private static IllegalArgumentException notTold(Object what) {
    return new IllegalArgumentException("the reference knows nothing of such: " + what);
  }

  static String started(long deadlineMs) {
    return "started, deadline " + deadlineMs;
  }

  static String dispatched(String step, int attempt, long deadlineMs, @Nullable String resultKey) {
    return "dispatched %s/%d, deadline %d, to keep as %s"
        .formatted(step, attempt, deadlineMs, resultKey);
  }

  /** An effect in words; empty for a timer, of which only the earliest matters. */
  static String of(Effect effect, CompiledDefinition definition) {
    return switch (effect) {
      case DispatchStep command ->
          command(
              id(definition, command.step()),
              command.attempt(),
              command.deadlineMs(),
              command.isMapped(),
              command.input(),
              command.affinityKey());
      case ArmTimer timer -> "";
      case CancelAttempt cancel -> ""; // see OpenAttempts
      case HoldStep hold -> ""; // see SimulatedWorkflow
      case StartWorkflow start ->
          child(
              start.workflowId(),
              start.definition(),
              start.version(),
              start.input(),
              start.parent());
      case CancelWorkflow cancel -> cancelled(cancel.workflowId());
      case TellParent tell ->
          parent(
              tell.parent(), tell.output(), tell.failure() == null ? null : tell.failure().type());
      case CacheResult result -> kept(result.key(), result.output(), result.expiresAtMs());
      case CancelBranches cancel -> throw notTold(cancel);
      case KeepItems items -> throw notTold(items);
      case OpenChunk open -> throw notTold(open);
      case ReportChunk report -> throw notTold(report);
    };
  }

  static String command(
      String step,
      int attempt,
      long deadlineMs,
      boolean isMapped,
      @Nullable Payload input,
      @Nullable String affinity) {
    String carried = isMapped ? " with " + payload(input) : "";
    String key = affinity == null ? "" : " under " + affinity;
    return "command %s/%d until %d%s%s".formatted(step, attempt, deadlineMs, carried, key);
  }

  static String kept(String key, @Nullable Payload output, long expiresAtMs) {
    return "keep %s as %s until %d".formatted(payload(output), key, expiresAtMs);
  }

  static String child(
      String id, String definition, int version, @Nullable Payload input, @Nullable Parent parent) {
    return "child '%s' of %s/%d with %s for %s"
        .formatted(id, definition, version, payload(input), parent);
  }

  static String cancelled(String workflowId) {
    return "cancel '%s'".formatted(workflowId);
  }

  static String parent(Parent parent, @Nullable Payload output, @Nullable String failureType) {
    return "tell %s %s of %s".formatted(parent, payload(output), failureType);
  }

  static String heard(String step, int attempt, @Nullable Payload progress, long deadlineMs) {
    return "heard %s/%d with %s, deadline %d"
        .formatted(step, attempt, payload(progress), deadlineMs);
  }

  static String reset(Set<String> steps) {
    return "reset " + steps;
  }

  static String signal(String name, @Nullable Payload payload, @Nullable String step) {
    return "signal %s with %s to %s".formatted(name, payload(payload), step);
  }

  static String suspended(String step, int attempt, long dueMs) {
    return "suspended %s/%d until %d".formatted(step, attempt, dueMs);
  }

  static String skipped(String step, String reason) {
    return "skipped %s for its %s".formatted(step, reason);
  }

  static String repeated(String step, int attempt, long nextAtMs) {
    return "repeated %s/%d, next at %d".formatted(step, attempt, nextAtMs);
  }

  static String succeeded(
      String step,
      int attempt,
      @Nullable Payload output,
      boolean isOfAnother,
      Set<String> notTaken) {
    return "succeeded %s/%d with %s%s, not to %s"
        .formatted(
            step,
            attempt,
            payload(output),
            isOfAnother ? " of another" : "",
            new TreeSet<>(notTaken));
  }

  static String retried(String step, int attempt, String type, long retryAtMs) {
    return "failed %s/%d of %s, retry at %d".formatted(step, attempt, type, retryAtMs);
  }

  static String failed(
      String step, int attempt, String type, String consequence, @Nullable String routedTo) {
    return "failed %s/%d of %s for good: %s %s"
        .formatted(step, attempt, type, consequence, routedTo);
  }

  static String ends(
      String how, WorkflowStatus status, @Nullable Failure failure, @Nullable Payload output) {
    return "%s %s of %s with %s"
        .formatted(how, status, failure == null ? null : failure.type(), payload(output));
  }

  private static String payload(@Nullable Payload payload) {
    return payload == null
        ? "nothing"
        : "%d bytes (%x) %s"
            .formatted(
                payload.data().length, Arrays.hashCode(payload.data()), payload.contentType());
  }

  private static String id(CompiledDefinition definition, int step) {
    return definition.step(step).id();
  }
}
