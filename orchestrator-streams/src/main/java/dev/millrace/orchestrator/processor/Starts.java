package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedStart;
import dev.millrace.orchestrator.codec.InlineDefinition;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.store.ParkedInputs;
import dev.millrace.orchestrator.store.ParkedRecord;
import dev.millrace.orchestrator.store.RecordKind;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows. A start whose definition or queue is not known yet is parked, for these arrive
 * by other ways and may be a little late; after a while it is rejected. Belongs to one stream task.
 */
final class Starts {
  /** How soon a parked start is tried again, in milliseconds. */
  static final long RETRY_MS = 100;

  /** Largest start that can be parked: a changelog record with room for what Kafka adds. */
  private static final int PARKED_BYTES = Limits.RECORD_BYTES - 4 * 1024;

  /** The version of a start that takes the highest there is. */
  private static final int HIGHEST_VERSION = 0;

  /** Failure of a step whose child would have the id of another workflow. */
  private static final String ID_TAKEN = "child.id-taken";

  /** Failure of a step whose child has no definition, or no topic to send commands to. */
  private static final String NOT_STARTED = "child.not-started";

  private static final String REJECTED = "start-rejected";
  private static final RecordKind KIND = RecordKind.PARKED_START;

  private final TaskResources task;
  private final WorkflowStore store;
  private final Transitions transitions;
  private final Controls controls;
  private final DeadLetters deadLetters;

  Starts(TaskResources task, Transitions transitions, Controls controls, DeadLetters deadLetters) {
    this.task = task;
    this.store = task.store();
    this.transitions = transitions;
    this.controls = controls;
    this.deadLetters = deadLetters;
  }

  Decision.@Nullable Refused start(String workflowId, Record<byte[], byte[]> record, Cause cause)
      throws MalformedRecordException {
    DecodedStart start = task.decoder().start(record.value(), record.headers());
    PackedWorkflow known = store.load(workflowId);
    if (known != null) {
      return startAgain(workflowId, known, start, cause);
    }
    if (store.parked(KIND, workflowId) != null) {
      return alreadyStarted();
    }
    CompiledDefinition definition = definition(start);
    if (definition != null && missingQueue(definition) == null) {
      return begin(workflowId, definition, start, cause);
    }
    long nowMs = task.context().currentSystemTimeMs();
    ParkedRecord waiting =
        new ParkedRecord(
            nowMs, cause.offset(), record.timestamp(), record.headers(), record.value());
    ParkedInputs parked = new ParkedInputs(nowMs + RETRY_MS, List.of(waiting));
    if (parked.storedBytes() > PARKED_BYTES) {
      throw new MalformedRecordException(
          "start of %d bytes with its headers, at most %d can wait for a definition or queue; register them first and start again"
              .formatted(parked.storedBytes(), PARKED_BYTES),
          null);
    }
    store.park(KIND, workflowId, parked, null);
    return null;
  }

  private Decision.Refused startAgain(
      String workflowId, PackedWorkflow known, DecodedStart start, Cause cause) {
    boolean applied = cause.offset() <= known.appliedOffset(InputSource.START);
    if (applied) {
      store.putAgain(workflowId, known);
    } else {
      Parent parent = start.request().parent();
      boolean isChild = !known.status().hasEnded() && Objects.equals(parent, known.parent());
      if (parent != null && !isChild) {
        tell(
            parent,
            new Failure(ID_TAKEN, "workflow id '%s' is taken".formatted(workflowId), false),
            cause.headers());
      }
    }
    controls.applyParked(workflowId);
    return applied
        ? new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already")
        : alreadyStarted();
  }

  private static Decision.Refused alreadyStarted() {
    return new Decision.Refused(Refusal.ALREADY_STARTED, "the workflow id is taken");
  }

  /** Tries a parked start again, if it has armed this timer. */
  boolean retry(WorkflowStore.Timer timer, long nowMs) {
    String workflowId = timer.workflowId();
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked == null || parked.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    if (store.isKnown(workflowId)) { // a crash left the start beside the workflow that came of it
      controls.applyParked(workflowId);
      store.unpark(KIND, workflowId, parked);
    } else {
      retry(workflowId, parked, nowMs);
    }
    return true;
  }

  private void retry(String workflowId, ParkedInputs parked, long nowMs) {
    ParkedRecord waiting = parked.records().getFirst();
    DecodedStart start;
    try {
      start = task.decoder().start(waiting.value(), waiting.headers());
    } catch (MalformedRecordException e) { // read once, and not any more: by an older version, say
      deadLetters.malformed(record(workflowId, waiting), origin(waiting), e);
      giveUp(workflowId, parked);
      return;
    }
    CompiledDefinition definition = definition(start);
    String missing =
        definition == null
            ? "definition '%s'%s is not registered; register it and start again"
                .formatted(
                    start.definition(),
                    start.version() == HIGHEST_VERSION ? "" : " version " + start.version())
            : missingQueue(definition);
    if (definition != null && missing == null) {
      Cause cause = new Cause(InputSource.START, waiting.offset(), waiting.headers());
      begin(workflowId, definition, start, cause);
      store.unpark(KIND, workflowId, parked);
    } else if (missing != null
        && !(definition == null && task.definitions().areHeldUp())
        && nowMs - waiting.sinceMs() >= task.settings().definitionWait().toMillis()) {
      reject(workflowId, waiting, missing, nowMs);
      Parent parent = start.request().parent();
      if (parent != null) {
        tell(parent, new Failure(NOT_STARTED, missing, true), waiting.headers());
      }
      giveUp(workflowId, parked);
    } else {
      store.park(KIND, workflowId, parked.again(nowMs + RETRY_MS), parked);
    }
  }

  private void giveUp(String workflowId, ParkedInputs parked) {
    store.unpark(KIND, workflowId, parked);
    controls.reject(workflowId, "the start of workflow '%s' was rejected".formatted(workflowId));
  }

  private Decision.@Nullable Refused begin(
      String workflowId, CompiledDefinition definition, DecodedStart start, Cause cause) {
    PackedWorkflow workflow = store.absent();
    InlineDefinition inline = start.inline();
    if (inline != null) {
      workflow.bringDefinition(inline.record());
    }
    Decision.@Nullable Refused refused =
        transitions.apply(workflowId, definition, workflow, start.request(), cause);
    controls.applyParked(workflowId);
    return refused;
  }

  private void reject(String workflowId, ParkedRecord waiting, String missing, long nowMs) {
    deadLetters.send(record(workflowId, waiting), origin(waiting), REJECTED, missing);
    Failure failure = new Failure("millrace." + REJECTED, missing, true);
    byte[] events = task.encoder().rejection(failure, nowMs, waiting.offset());
    task.context()
        .forward(
            new Record<>(
                workflowId.getBytes(UTF_8),
                new Outgoing(task.settings().topics().events(), events),
                nowMs,
                TraceContext.of(waiting.headers())));
  }

  /** Tells the parent of a workflow that it was not started. */
  private void tell(Parent parent, Failure failure, Headers headers) {
    task.context()
        .forward(
            new Record<>(
                parent.workflowId().getBytes(UTF_8),
                new Outgoing(
                    task.settings().topics().completions(),
                    task.messages().end(parent, null, failure)),
                task.context().currentSystemTimeMs(),
                TraceContext.of(headers)));
  }

  private DeadLetters.Origin origin(ParkedRecord waiting) {
    return new DeadLetters.Origin(
        task.settings().topics().starts(), task.context().taskId().partition(), waiting.offset());
  }

  private static Record<byte[], byte[]> record(String workflowId, ParkedRecord waiting) {
    return new Record<>(
        workflowId.getBytes(UTF_8), waiting.value(), waiting.timestampMs(), waiting.headers());
  }

  private @Nullable CompiledDefinition definition(DecodedStart start) {
    InlineDefinition inline = start.inline();
    return inline != null
        ? inline.compiled()
        : task.definitions().find(start.definition(), start.version());
  }

  /** Which of a definition's queues cannot be sent to now, as a message; null for none. */
  private @Nullable String missingQueue(CompiledDefinition definition) {
    for (String queue : definition.queues()) {
      if (!task.queues().has(queue)) {
        return "queue '%s' has no topic '%s'; create it with 'millrace topics apply --queue %s'"
            .formatted(queue, task.settings().topics().commands(queue), queue);
      }
    }
    return null;
  }
}
