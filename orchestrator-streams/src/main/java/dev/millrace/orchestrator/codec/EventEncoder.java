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
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Events of the core as the records of the contract. Stateless. */
public final class EventEncoder {
  static final String FINISHED = "finished";
  static final String RUNNING = "running";

  /** Reason of a migration that only says what it would do. */
  static final String DRY_RUN = "dry-run";

  private EventEncoder() {}

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
        record.setResults(results(step.results()));
        if (step.source() != StepSucceeded.Source.ATTEMPT) {
          record.setReason(code(step.source()));
        }
      }
      case BranchesOpened opened -> {
        ofStep(record, EventType.BRANCHES_OPENED, definition, opened.step(), opened.attempt());
        record.setNumber(opened.items());
      }
      case BranchesReported report -> {
        ofStep(record, EventType.BRANCHES_REPORTED, definition, report.step(), report.attempt());
        record.setName(Integer.toString(report.chunk()));
        record.setReason(report.isFinished() ? FINISHED : RUNNING);
        record.setNumber(report.failedItems());
      }
      case ChunkOpened chunk -> {
        ofStep(record, EventType.BRANCHES_OPENED, definition, 0, chunk.formerAttempts());
        record.setNumber(definition.mainSteps());
        record.setStart(detail(definition, chunk));
      }
      case AttemptFailed failed -> {
        ofStep(record, EventType.ATTEMPT_FAILED, definition, failed.step(), failed.attempt());
        record.setDueAt(instant(failed.retryAtMs()));
        record.setFailure(FailureCodec.toAvro(failed.failure()));
        record.setResults(results(failed.results()));
      }
      case StepFailed failed -> {
        ofStep(record, EventType.STEP_FAILED, definition, failed.step(), failed.attempt());
        record.setFailure(FailureCodec.toAvro(failed.failure()));
        record.setResults(results(failed.results()));
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

  private static @Nullable List<dev.millrace.schemas.v1.ItemResult> results(
      List<ItemResult> results) {
    return results.isEmpty() ? null : ItemResultCodec.toAvro(results);
  }

  private static StartDetail detail(CompiledDefinition definition, ChunkOpened chunk) {
    StartDetail detail = new StartDetail();
    detail.setDefinition(definition.name());
    detail.setVersion(definition.version());
    detail.setTenant(chunk.tenant());
    detail.setPriority(chunk.priority());
    return detail;
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

  private static void ofStep(
      WorkflowEvent record, EventType type, CompiledDefinition definition, int step, int attempt) {
    record.setType(type);
    record.setStep(definition.step(step).id());
    if (definition.isOfBranches()) {
      record.setNumber(step);
    }
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

  /** A word of the core as it stands in events: {@code max-parallel} for {@code MAX_PARALLEL}. */
  static String code(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static @Nullable Instant instant(long epochMs) {
    return epochMs == WorkflowView.NO_DEADLINE ? null : Instant.ofEpochMilli(epochMs);
  }
}
