package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
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
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Events as the contract's record and as the core's data. Stateless. */
public final class EventCodec {
  /** Reason of a migration that only says what it would do. */
  private static final String DRY_RUN = "dry-run";

  private EventCodec() {}

  /** The record of an event of a workflow with a definition. */
  public static WorkflowEvent toAvro(CompiledDefinition definition, Event event) {
    WorkflowEvent record = empty();
    switch (event) {
      case WorkflowStarted started -> {
        record.setType(EventType.WORKFLOW_STARTED);
        record.setDueAt(instant(started.deadlineMs()));
        record.setPayload(PayloadCodec.toAvro(started.input()));
        record.setStart(detail(started));
      }
      case StepDispatched step -> {
        ofStep(record, EventType.STEP_DISPATCHED, definition, step.step(), step.attempt());
        record.setDueAt(instant(step.deadlineMs()));
        record.setName(step.resultKey() == null ? "" : step.resultKey());
      }
      case StepSuspended step -> {
        ofStep(record, EventType.STEP_SUSPENDED, definition, step.step(), step.attempt());
        record.setDueAt(instant(step.dueMs()));
        record.setName(step.child() == null ? "" : step.child());
      }
      case StepHeld held -> {
        ofStep(record, EventType.STEP_HELD, definition, held.step(), 0);
        record.setReason(code(held.reason()));
        record.setDueAt(instant(held.untilMs()));
      }
      case StepSkipped skipped -> {
        ofStep(record, EventType.STEP_SKIPPED, definition, skipped.step(), 0);
        record.setReason(code(skipped.reason()));
      }
      case StepRepeated repeated -> {
        ofStep(record, EventType.STEP_REPEATED, definition, repeated.step(), repeated.attempt());
        record.setDueAt(instant(repeated.nextAtMs()));
      }
      case StepSucceeded step -> {
        ofStep(record, EventType.STEP_SUCCEEDED, definition, step.step(), step.attempt());
        record.setPayload(PayloadCodec.toAvro(step.output()));
        record.setSteps(ids(definition, step.notTaken()));
        if (step.source() != StepSucceeded.Source.ATTEMPT) {
          record.setReason(code(step.source()));
        }
      }
      case AttemptFailed failed -> {
        ofStep(record, EventType.ATTEMPT_FAILED, definition, failed.step(), failed.attempt());
        record.setDueAt(instant(failed.retryAtMs()));
        record.setFailure(FailureCodec.toAvro(failed.failure()));
      }
      case StepFailed failed -> {
        ofStep(record, EventType.STEP_FAILED, definition, failed.step(), failed.attempt());
        record.setFailure(FailureCodec.toAvro(failed.failure()));
        record.setReason(code(failed.consequence()));
        if (failed.routedTo() != CompiledDefinition.NO_STEP) {
          record.setSteps(ids(definition, List.of(failed.routedTo())));
        }
      }
      case StepsReset reset -> {
        record.setType(EventType.STEPS_RESET);
        record.setSteps(ids(definition, reset.steps()));
      }
      case AttemptHeard heard -> {
        ofStep(record, EventType.HEARTBEAT, definition, heard.step(), heard.attempt());
        record.setPayload(PayloadCodec.toAvro(heard.progress()));
        record.setDueAt(instant(heard.deadlineMs()));
      }
      case SignalReceived signal -> {
        record.setType(EventType.SIGNAL_RECEIVED);
        record.setName(signal.name());
        record.setPayload(PayloadCodec.toAvro(signal.payload()));
        if (signal.step() != CompiledDefinition.NO_STEP) {
          record.setStep(definition.step(signal.step()).id());
        }
      }
      case WorkflowPaused paused -> record.setType(EventType.WORKFLOW_PAUSED);
      case WorkflowResumed resumed -> record.setType(EventType.WORKFLOW_RESUMED);
      case PriorityChanged changed -> {
        record.setType(EventType.PRIORITY_CHANGED);
        record.setNumber(changed.priority());
      }
      case WorkflowMigrated migrated -> {
        record.setType(EventType.WORKFLOW_MIGRATED);
        record.setNumber(migrated.target().version());
        record.setPayload(PayloadCodec.toAvro(migrated.report()));
      }
      case MigrationTried tried -> {
        record.setType(EventType.WORKFLOW_MIGRATED);
        record.setReason(DRY_RUN);
        record.setNumber(tried.version());
        record.setPayload(PayloadCodec.toAvro(tried.report()));
      }
      case ControlRefused refused -> refused(record, refused);
      case WorkflowEnding ending -> {
        record.setType(EventType.WORKFLOW_ENDING);
        record.setReason(code(ending.outcome().status()));
        record.setFailure(FailureCodec.toAvro(ending.outcome().failure()));
        record.setPayload(PayloadCodec.toAvro(ending.output()));
      }
      case WorkflowEnded ended -> {
        record.setType(type(ended.outcome().status()));
        record.setFailure(FailureCodec.toAvro(ended.outcome().failure()));
        record.setPayload(PayloadCodec.toAvro(ended.output()));
      }
    }
    return record;
  }

  /**
   * The event in a record.
   *
   * @throws MalformedRecordException when the record is of a type that this version does not know,
   *     or lacks what its type needs
   */
  public static Event fromAvro(CompiledDefinition definition, WorkflowEvent event)
      throws MalformedRecordException {
    return fromAvro(definition, version -> null, event);
  }

  /**
   * The event in a record of a workflow that may have been migrated.
   *
   * @param versions the versions of its definition; null for one that is not known
   * @throws MalformedRecordException when the record is of a type that this version does not know,
   *     or lacks what its type needs, or speaks of a version that is not known
   */
  public static Event fromAvro(
      CompiledDefinition definition,
      IntFunction<@Nullable CompiledDefinition> versions,
      WorkflowEvent event)
      throws MalformedRecordException {
    int step = definition.indexOf(event.getStep());
    int attempt = event.getAttempt();
    Failure failure = FailureCodec.fromAvro(event.getFailure());
    Payload payload = PayloadCodec.fromAvro(event.getPayload(), "payload");
    long dueMs = epochMs(event.getDueAt());
    return switch (event.getType()) {
      case WORKFLOW_STARTED -> started(event, payload);
      case STEP_DISPATCHED -> new StepDispatched(step, attempt, dueMs, name(event));
      case STEP_SUSPENDED -> new StepSuspended(step, attempt, dueMs, name(event));
      case STEP_HELD -> new StepHeld(step, reason(StepHeld.Reason.class, event), dueMs);
      case STEP_SKIPPED -> new StepSkipped(step, reason(StepSkipped.Reason.class, event));
      case STEP_REPEATED -> new StepRepeated(step, attempt, dueMs);
      case STEP_SUCCEEDED ->
          new StepSucceeded(
              step,
              attempt,
              payload,
              indexes(definition, event.getSteps()),
              event.getReason().isEmpty()
                  ? StepSucceeded.Source.ATTEMPT
                  : reason(StepSucceeded.Source.class, event));
      case ATTEMPT_FAILED ->
          new AttemptFailed(step, attempt, required(failure, "failure", event), dueMs);
      case STEP_FAILED ->
          new StepFailed(
              step,
              attempt,
              required(failure, "failure", event),
              event.getReason().isEmpty()
                  ? StepFailed.Consequence.FAIL
                  : reason(StepFailed.Consequence.class, event),
              event.getSteps().isEmpty()
                  ? CompiledDefinition.NO_STEP
                  : definition.indexOf(event.getSteps().getFirst()));
      case WORKFLOW_MIGRATED -> migrated(event, versions, required(payload, "payload", event));
      case STEPS_RESET -> new StepsReset(indexes(definition, event.getSteps()));
      case HEARTBEAT -> new AttemptHeard(step, attempt, payload, dueMs);
      case SIGNAL_RECEIVED -> new SignalReceived(event.getName(), payload, step);
      case WORKFLOW_PAUSED -> new WorkflowPaused();
      case WORKFLOW_RESUMED -> new WorkflowResumed();
      case PRIORITY_CHANGED -> new PriorityChanged((int) event.getNumber());
      case CONTROL_REFUSED ->
          new ControlRefused(event.getReason(), required(failure, "failure", event).message());
      case WORKFLOW_ENDING ->
          new WorkflowEnding(new Outcome(reason(WorkflowStatus.class, event), failure), payload);
      case WORKFLOW_SUCCEEDED -> new WorkflowEnded(Outcome.SUCCEEDED, payload);
      case WORKFLOW_FAILED -> new WorkflowEnded(WorkflowStatus.FAILED, failure);
      case WORKFLOW_CANCELLED -> new WorkflowEnded(WorkflowStatus.CANCELLED, failure);
      case WORKFLOW_TIMED_OUT -> new WorkflowEnded(WorkflowStatus.TIMED_OUT, failure);
      case WORKFLOW_TERMINATED -> new WorkflowEnded(WorkflowStatus.TERMINATED, failure);
      default ->
          throw new MalformedRecordException(
              "event type %s does not change a workflow".formatted(event.getType()), null);
    };
  }

  private static Event migrated(
      WorkflowEvent event, IntFunction<@Nullable CompiledDefinition> versions, Payload report)
      throws MalformedRecordException {
    int version = (int) event.getNumber();
    if (event.getReason().equals(DRY_RUN)) {
      return new MigrationTried(version, report);
    }
    CompiledDefinition target = versions.apply(version);
    if (target == null) {
      throw new MalformedRecordException(
          "the workflow was migrated to version %d of its definition, which is not known here"
              .formatted(version),
          null);
    }
    return new WorkflowMigrated(target, report);
  }

  /** The record that says that a start was refused. */
  static WorkflowEvent rejected(Failure failure) {
    WorkflowEvent record = empty();
    record.setType(EventType.WORKFLOW_REJECTED);
    record.setFailure(FailureCodec.toAvro(failure));
    return record;
  }

  /** The record that says that a control was refused; it needs no definition. */
  static WorkflowEvent refused(ControlRefused refused) {
    WorkflowEvent record = empty();
    refused(record, refused);
    return record;
  }

  private static void refused(WorkflowEvent record, ControlRefused refused) {
    Failure why = new Failure(Failure.CONTROL_REFUSED, refused.message(), false);
    record.setType(EventType.CONTROL_REFUSED);
    record.setReason(refused.code());
    record.setFailure(FailureCodec.toAvro(why));
  }

  private static WorkflowEvent empty() {
    WorkflowEvent record = new WorkflowEvent();
    record.setStep("");
    record.setReason("");
    record.setName("");
    record.setSteps(List.of());
    return record;
  }

  private static StartDetail detail(WorkflowStarted started) {
    StartDetail detail = new StartDetail();
    detail.setDefinition(started.definition());
    detail.setVersion(started.version());
    detail.setTenant(started.tenant());
    detail.setPriority(started.priority());
    detail.setParent(ParentCodec.toAvro(started.parent()));
    detail.setInlineDefinition(
        started.ownDefinition() == null ? null : DefinitionCodec.toAvro(started.ownDefinition()));
    return detail;
  }

  private static WorkflowStarted started(WorkflowEvent event, @Nullable Payload input)
      throws MalformedRecordException {
    StartDetail start = required(event.getStart(), "start", event);
    return new WorkflowStarted(
        start.getDefinition(),
        start.getVersion(),
        input,
        start.getTenant(),
        start.getPriority(),
        epochMs(event.getDueAt()),
        start.getInlineDefinition() == null
            ? null
            : DefinitionCodec.fromAvro(start.getInlineDefinition()),
        ParentCodec.fromAvro(start.getParent()));
  }

  private static void ofStep(
      WorkflowEvent record, EventType type, CompiledDefinition definition, int step, int attempt) {
    record.setType(type);
    record.setStep(definition.step(step).id());
    record.setAttempt(attempt);
  }

  private static EventType type(WorkflowStatus status) {
    return switch (status) {
      case SUCCEEDED -> EventType.WORKFLOW_SUCCEEDED;
      case FAILED -> EventType.WORKFLOW_FAILED;
      case CANCELLED -> EventType.WORKFLOW_CANCELLED;
      case TIMED_OUT -> EventType.WORKFLOW_TIMED_OUT;
      case TERMINATED -> EventType.WORKFLOW_TERMINATED;
      case ABSENT, RUNNING -> throw new IllegalArgumentException("a workflow cannot end " + status);
    };
  }

  private static List<String> ids(CompiledDefinition definition, List<Integer> steps) {
    return steps.isEmpty()
        ? List.of()
        : steps.stream().map(step -> definition.step(step).id()).toList();
  }

  private static List<Integer> indexes(CompiledDefinition definition, List<String> ids) {
    List<Integer> indexes = new ArrayList<>(ids.size());
    ids.forEach(id -> indexes.add(definition.indexOf(id)));
    return indexes;
  }

  /** A word of the core as it stands in events: {@code max-parallel} for {@code MAX_PARALLEL}. */
  private static String code(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static @Nullable String name(WorkflowEvent event) {
    return event.getName().isEmpty() ? null : event.getName();
  }

  private static <E extends Enum<E>> E reason(Class<E> words, WorkflowEvent event)
      throws MalformedRecordException {
    try {
      return Enum.valueOf(words, event.getReason().toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(
          "event of type %s with the unknown reason '%s'"
              .formatted(event.getType(), event.getReason()),
          e);
    }
  }

  /** The value of a field that an event of its kind must have. */
  static <T> T required(@Nullable T value, String field, WorkflowEvent event)
      throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException(
          "event of type %s without %s".formatted(event.getType(), field), null);
    }
    return value;
  }

  private static @Nullable Instant instant(long epochMs) {
    return epochMs == WorkflowView.NO_DEADLINE ? null : Instant.ofEpochMilli(epochMs);
  }

  private static long epochMs(@Nullable Instant time) {
    return time == null ? WorkflowView.NO_DEADLINE : time.toEpochMilli();
  }
}
