package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events as the contract's record and as the core's data. Stateless. */
public final class EventCodec {
  private EventCodec() {}

  /** The record of an event of a workflow with a definition. */
  public static WorkflowEvent toAvro(CompiledDefinition definition, Event event) {
    return switch (event) {
      case WorkflowStarted started ->
          ofWorkflow(
              EventType.WORKFLOW_STARTED,
              instant(started.deadlineMs()),
              started.input(),
              null,
              new StartDetail(
                  started.definition(),
                  started.version(),
                  started.tenant(),
                  started.priority(),
                  started.ownDefinition() == null
                      ? null
                      : DefinitionCodec.toAvro(started.ownDefinition()),
                  null));
      case StepDispatched step ->
          ofStep(
              EventType.STEP_DISPATCHED,
              definition,
              step.step(),
              step.attempt(),
              instant(step.deadlineMs()),
              null,
              null);
      case StepSucceeded step ->
          ofStep(
              EventType.STEP_SUCCEEDED,
              definition,
              step.step(),
              step.attempt(),
              null,
              step.output(),
              null);
      case AttemptFailed failed ->
          ofStep(
              EventType.ATTEMPT_FAILED,
              definition,
              failed.step(),
              failed.attempt(),
              instant(failed.retryAtMs()),
              null,
              failed.failure());
      case StepFailed failed ->
          ofStep(
              EventType.STEP_FAILED,
              definition,
              failed.step(),
              failed.attempt(),
              null,
              null,
              failed.failure());
      case WorkflowEnded ended ->
          ofWorkflow(type(ended.status()), null, null, ended.failure(), null);
    };
  }

  /**
   * The event in a record.
   *
   * @throws MalformedRecordException when the record is of a type that this version does not know,
   *     or lacks what its type needs
   */
  public static Event fromAvro(CompiledDefinition definition, WorkflowEvent event)
      throws MalformedRecordException {
    int step = definition.indexOf(event.getStep());
    Failure failure = FailureCodec.fromAvro(event.getFailure());
    Payload payload = PayloadCodec.fromAvro(event.getPayload(), "payload");
    return switch (event.getType()) {
      case WORKFLOW_STARTED -> {
        StartDetail start = required(event.getStart(), "start", event);
        yield new WorkflowStarted(
            start.getDefinition(),
            start.getVersion(),
            payload,
            start.getTenant(),
            start.getPriority(),
            epochMs(event.getDueAt()),
            start.getInlineDefinition() == null
                ? null
                : DefinitionCodec.fromAvro(start.getInlineDefinition()));
      }
      case STEP_DISPATCHED ->
          new StepDispatched(step, event.getAttempt(), epochMs(event.getDueAt()));
      case STEP_SUCCEEDED -> new StepSucceeded(step, event.getAttempt(), payload);
      case ATTEMPT_FAILED ->
          new AttemptFailed(
              step,
              event.getAttempt(),
              required(failure, "failure", event),
              epochMs(event.getDueAt()));
      case STEP_FAILED ->
          new StepFailed(step, event.getAttempt(), required(failure, "failure", event));
      case WORKFLOW_SUCCEEDED -> new WorkflowEnded(WorkflowStatus.SUCCEEDED, null);
      case WORKFLOW_FAILED -> new WorkflowEnded(WorkflowStatus.FAILED, failure);
      case WORKFLOW_CANCELLED -> new WorkflowEnded(WorkflowStatus.CANCELLED, failure);
      case WORKFLOW_TIMED_OUT -> new WorkflowEnded(WorkflowStatus.TIMED_OUT, failure);
      case WORKFLOW_REJECTED,
          SCHEDULE_SET,
          SCHEDULE_PAUSED,
          SCHEDULE_RESUMED,
          SCHEDULE_DELETED,
          BACKFILL_ACCEPTED,
          BACKFILL_DONE,
          SLOT_STARTED,
          SLOT_QUEUED,
          SLOT_SKIPPED,
          SLOTS_MISSED,
          SLOT_CANCEL_REQUESTED,
          SLOT_ENDED ->
          throw new MalformedRecordException(
              "event type %s does not change a workflow".formatted(event.getType()), null);
      case UNKNOWN,
          STEP_SKIPPED,
          STEP_HELD,
          STEP_REPEATED,
          HEARTBEAT,
          SIGNAL_RECEIVED,
          WORKFLOW_PAUSED,
          WORKFLOW_RESUMED,
          WORKFLOW_ENDING,
          STEPS_RESET,
          PRIORITY_CHANGED,
          CONTROL_REFUSED,
          WORKFLOW_MIGRATED,
          BRANCHES_OPENED,
          WORKFLOW_TERMINATED ->
          throw new MalformedRecordException(
              "event type %s is not one that this version knows; read the event with a newer one"
                  .formatted(event.getType()),
              null);
    };
  }

  /** The record that says that a start was refused. */
  static WorkflowEvent rejected(Failure failure) {
    return ofWorkflow(EventType.WORKFLOW_REJECTED, null, null, failure, null);
  }

  private static WorkflowEvent ofStep(
      EventType type,
      CompiledDefinition definition,
      int step,
      int attempt,
      @Nullable Instant dueAt,
      @Nullable Payload payload,
      @Nullable Failure failure) {
    return record(type, definition.step(step).id(), attempt, dueAt, payload, failure, null);
  }

  private static WorkflowEvent ofWorkflow(
      EventType type,
      @Nullable Instant dueAt,
      @Nullable Payload payload,
      @Nullable Failure failure,
      @Nullable StartDetail start) {
    return record(type, "", 0, dueAt, payload, failure, start);
  }

  private static WorkflowEvent record(
      EventType type,
      String step,
      int attempt,
      @Nullable Instant dueAt,
      @Nullable Payload payload,
      @Nullable Failure failure,
      @Nullable StartDetail start) {
    return new WorkflowEvent(
        type,
        step,
        attempt,
        dueAt,
        PayloadCodec.toAvro(payload),
        FailureCodec.toAvro(failure),
        start,
        "",
        List.of(),
        "",
        0L);
  }

  private static EventType type(WorkflowStatus status) {
    return switch (status) {
      case SUCCEEDED -> EventType.WORKFLOW_SUCCEEDED;
      case FAILED -> EventType.WORKFLOW_FAILED;
      case CANCELLED -> EventType.WORKFLOW_CANCELLED;
      case TIMED_OUT -> EventType.WORKFLOW_TIMED_OUT;
      case ABSENT, RUNNING -> throw new IllegalArgumentException("a workflow cannot end " + status);
    };
  }

  private static <T> T required(@Nullable T value, String field, WorkflowEvent event)
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
