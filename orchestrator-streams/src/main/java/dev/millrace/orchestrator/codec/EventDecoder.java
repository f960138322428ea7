package dev.millrace.orchestrator.codec;

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
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Records of the contract as events of the core. Stateless. */
public final class EventDecoder {
  private EventDecoder() {}

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
    int step =
        definition.isOfBranches()
            ? (int) (event.getNumber() % Branches.CHUNK)
            : definition.indexOf(event.getStep());
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
                  : reason(StepSucceeded.Source.class, event),
              results(event));
      case BRANCHES_OPENED ->
          event.getStart() == null
              ? new BranchesOpened(step, attempt, (int) event.getNumber())
              : new ChunkOpened(
                  event.getStart().getTenant(), event.getStart().getPriority(), attempt);
      case BRANCHES_REPORTED -> reported(step, event);
      case ATTEMPT_FAILED ->
          new AttemptFailed(
              step, attempt, required(failure, "failure", event), dueMs, results(event));
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
                  : definition.indexOf(event.getSteps().getFirst()),
              results(event));
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
    if (event.getReason().equals(EventEncoder.DRY_RUN)) {
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

  private static List<ItemResult> results(WorkflowEvent event) throws MalformedRecordException {
    return event.getResults() == null ? List.of() : ItemResultCodec.fromAvro(event.getResults());
  }

  private static BranchesReported reported(int step, WorkflowEvent event)
      throws MalformedRecordException {
    try {
      return new BranchesReported(
          step,
          event.getAttempt(),
          Integer.parseInt(event.getName()),
          (int) event.getNumber(),
          event.getReason().equals(EventEncoder.FINISHED));
    } catch (NumberFormatException e) {
      throw new MalformedRecordException(
          "event of type %s with the chunk '%s'".formatted(event.getType(), event.getName()), e);
    }
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

  private static List<Integer> indexes(CompiledDefinition definition, List<String> ids) {
    List<Integer> indexes = new ArrayList<>(ids.size());
    ids.forEach(id -> indexes.add(definition.indexOf(id)));
    return indexes;
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

  private static long epochMs(@Nullable Instant time) {
    return time == null ? WorkflowView.NO_DEADLINE : time.toEpochMilli();
  }
}
