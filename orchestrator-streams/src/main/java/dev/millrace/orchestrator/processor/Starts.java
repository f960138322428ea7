package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedStart;
import dev.millrace.orchestrator.codec.InlineDefinition;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Duplicates;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.store.ParkedInputs;
import dev.millrace.orchestrator.store.ParkedRecord;
import dev.millrace.orchestrator.store.RecordKind;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows. A start whose definition or queue is not known yet is parked, for these arrive
 * by other ways and may be a little late; after a while it is rejected. One that cancels the
 * workflow of its id is parked until that has ended, however long its clean-up takes. Belongs to
 * one stream task.
 */
final class Starts {
  /** How soon a parked start is tried again, in milliseconds. */
  static final long RETRY_MS = 100;

  /** Largest start that can be parked: a changelog record with room for what Kafka adds. */
  private static final int PARKED_BYTES = Limits.RECORD_BYTES - 4 * 1024;

  /** The version of a start that takes the highest there is. */
  private static final int HIGHEST_VERSION = 0;

  /**
   * How soon it is looked again whether a workflow that gives way has ended, if nobody told: its
   * end begins the next one.
   */
  private static final long END_RETRY_MS = 10_000;

  /** Failure of a step whose child would have the id of another workflow, or of a schedule. */
  private static final String ID_TAKEN = "child.id-taken";

  /** Failure of a step whose child has no definition, or no topic to send commands to. */
  private static final String NOT_STARTED = "child.not-started";

  private static final String ID_IS_A_SCHEDULE = "id-is-a-schedule";
  private static final String REJECTED = "start-rejected";
  private static final String REPLACED = "start-replaced";
  private static final String GIVES_WAY = "another start of this workflow id cancels it";
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
    InputSource source = source(cause);
    if (known != null && cause.offset() <= known.appliedOffset(source)) {
      store.putAgain(workflowId, known);
      controls.applyParked(workflowId);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked != null && cause.offset() <= source.offset(parked.records().getFirst().offset())) {
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "it waits already");
    }
    DuplicatePolicy policy = start.request().onDuplicate();
    Duplicates.Verdict verdict = Duplicates.decide(policy, status(known, parked));
    switch (verdict) {
      case KEEP, REJECT -> {
        if (known != null) {
          controls.applyParked(workflowId);
        }
        tellOfTakenId(workflowId, start, known, cause.headers());
        return taken(verdict);
      }
      case BEGIN, CANCEL_FIRST -> {}
    }
    long nowMs = task.context().currentSystemTimeMs();
    ParkedRecord waiting =
        new ParkedRecord(
            nowMs,
            source.stored(cause.offset()),
            record.timestamp(),
            record.headers(),
            record.value());
    if (TenantIntake.appliesTo(workflowId, start.request().parent())
        && rejectExcess(workflowId, start, waiting, parked != null, nowMs)) {
      return null;
    }
    if (parked != null) {
      replace(workflowId, parked.records().getFirst());
    }
    CompiledDefinition definition = definition(start);
    boolean isReady = definition != null && missingQueue(definition) == null;
    if (definition != null && isReady && verdict == Duplicates.Verdict.BEGIN) {
      return begin(workflowId, definition, start, cause);
    }
    ParkedInputs next = new ParkedInputs(nowMs + RETRY_MS, List.of(waiting));
    if (next.storedBytes() > PARKED_BYTES) {
      throw new MalformedRecordException(
          "start of %d bytes with its headers, at most %d can wait for a definition, a queue or the end of another workflow; make these ready first and start again"
              .formatted(next.storedBytes(), PARKED_BYTES),
          null);
    }
    store.park(KIND, workflowId, next, parked);
    if (isReady) {
      advance(workflowId, next, start, nowMs);
    }
    return null;
  }

  /** Rejects a start if its tenant has as much as it may; those of children always begin. */
  private boolean rejectExcess(
      String workflowId, DecodedStart start, ParkedRecord record, boolean isSecond, long nowMs) {
    String tenant = start.request().tenant();
    PackedWorkflow known = store.load(workflowId);
    boolean swaps = known != null && !known.status().hasEnded() && known.tenant().equals(tenant);
    String excess = task.tenants().refusal(tenant, swaps, record.timestampMs(), nowMs);
    if (excess == null) {
      return false;
    }
    task.metrics().tenantRejected(tenant);
    tell(start.request().parent(), new Failure(NOT_STARTED, excess, true), record.headers());
    if (isSecond) { // to the one that waits, whose the controls are, and the history of the id
      deadLetters.send(record(workflowId, record), origin(record), REJECTED, excess);
    } else {
      reject(workflowId, record, excess, nowMs);
      rejectControls(workflowId);
    }
    return true;
  }

  private static InputSource source(Cause cause) {
    return Objects.requireNonNull(cause.source(), "no source of a start");
  }

  /** Refuses a start with the id of a schedule, and tells the workflow that asked for it. */
  void refuseIdOfSchedule(String workflowId, Record<byte[], byte[]> record, DeadLetters.Origin from)
      throws MalformedRecordException {
    String message =
        "the id '%s' is that of a schedule; start the workflow with another one"
            .formatted(workflowId);
    Parent parent = task.decoder().start(record.value(), record.headers()).request().parent();
    tell(parent, new Failure(ID_TAKEN, message, false), record.headers());
    deadLetters.send(record, from, ID_IS_A_SCHEDULE, message);
  }

  /** Where the workflow of an id is in its life; one whose start waits is as good as running. */
  private static WorkflowStatus status(
      @Nullable PackedWorkflow known, @Nullable ParkedInputs parked) {
    if (parked != null) {
      return WorkflowStatus.RUNNING;
    }
    return known == null ? WorkflowStatus.ABSENT : known.status();
  }

  private static Decision.Refused taken(Duplicates.Verdict verdict) {
    return verdict == Duplicates.Verdict.KEEP
        ? new Decision.Refused(Refusal.EXISTING_RETURNED, "the workflow is there, as is wanted")
        : new Decision.Refused(Refusal.ALREADY_STARTED, "the workflow id is taken");
  }

  /** A start that waits gives way to one that cancels what is there. */
  private void replace(String workflowId, ParkedRecord former) {
    deadLetters.send(
        record(workflowId, former),
        origin(former),
        REPLACED,
        "while it waited, another start of workflow '%s' came that cancels what is there"
            .formatted(workflowId));
  }

  /** Tries a parked start again, if it has armed this timer. */
  boolean retry(WorkflowStore.Timer timer, long nowMs) {
    String workflowId = timer.workflowId();
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked == null || parked.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    tryAgain(workflowId, parked, nowMs);
    return true;
  }

  /** Begins what waits for the end of a workflow, if that has ended now. */
  void afterChange(String workflowId) {
    ParkedInputs parked = store.parked(KIND, workflowId);
    if (parked != null) {
      PackedWorkflow known = store.load(workflowId);
      if (known != null && known.status().hasEnded()) {
        tryAgain(workflowId, parked, task.context().currentSystemTimeMs());
      }
    }
  }

  private void tryAgain(String workflowId, ParkedInputs parked, long nowMs) {
    ParkedRecord waiting = parked.records().getFirst();
    PackedWorkflow known = store.load(workflowId);
    InputSource source = InputSource.ofStart(waiting.offset());
    if (known != null && source.offset(waiting.offset()) <= known.appliedOffset(source)) {
      // A crash left the start beside the workflow that came of it.
      controls.applyParked(workflowId);
      store.unpark(KIND, workflowId, parked);
      return;
    }
    try {
      advance(workflowId, parked, task.decoder().start(waiting.value(), waiting.headers()), nowMs);
    } catch (MalformedRecordException e) { // read once, and not any more: by an older version, say
      deadLetters.malformed(record(workflowId, waiting), origin(waiting), e);
      giveUp(workflowId, parked);
    }
  }

  /** Does for a parked start what can be done now. */
  private void advance(String workflowId, ParkedInputs parked, DecodedStart start, long nowMs) {
    ParkedRecord waiting = parked.records().getFirst();
    CompiledDefinition definition = definition(start);
    String missing =
        definition == null
            ? "definition '%s'%s is not registered; register it and start again"
                .formatted(
                    start.definition(),
                    start.version() == HIGHEST_VERSION ? "" : " version " + start.version())
            : missingQueue(definition);
    if (definition != null && missing == null) {
      follow(workflowId, parked, definition, start, nowMs);
    } else if (missing != null
        && !(definition == null && task.definitions().areHeldUp())
        && nowMs - waiting.sinceMs() >= task.settings().definitionWait().toMillis()) {
      reject(workflowId, waiting, missing, nowMs);
      tell(start.request().parent(), new Failure(NOT_STARTED, missing, true), waiting.headers());
      giveUp(workflowId, parked);
    } else {
      store.park(KIND, workflowId, parked.again(nowMs + RETRY_MS), parked);
    }
  }

  /** Begins a workflow whose definition and queues are there, as soon as its id is free. */
  private void follow(
      String workflowId,
      ParkedInputs parked,
      CompiledDefinition definition,
      DecodedStart start,
      long nowMs) {
    ParkedRecord waiting = parked.records().getFirst();
    InputSource source = InputSource.ofStart(waiting.offset());
    Cause cause = new Cause(source, source.offset(waiting.offset()), waiting.headers());
    DuplicatePolicy policy = start.request().onDuplicate();
    PackedWorkflow known = store.load(workflowId);
    Duplicates.Verdict verdict = Duplicates.decide(policy, status(known, null));
    if (verdict == Duplicates.Verdict.CANCEL_FIRST && known != null && known.outcome() == null) {
      // Not its whole effect: its offset stays open until its own workflow begins.
      transitions.change(
          workflowId, new ControlRequested(new Control.Cancel(GIVES_WAY)), cause.inPart());
      verdict = Duplicates.decide(policy, status(store.load(workflowId), null));
    }
    switch (verdict) {
      case BEGIN -> {
        begin(workflowId, definition, start, cause);
        store.unpark(KIND, workflowId, parked);
      }
      case CANCEL_FIRST -> store.park(KIND, workflowId, parked.again(nowMs + END_RETRY_MS), parked);
      case KEEP, REJECT -> {
        tellOfTakenId(workflowId, start, store.load(workflowId), waiting.headers());
        deadLetters.refuse(record(workflowId, waiting), origin(waiting), taken(verdict));
        store.unpark(KIND, workflowId, parked);
      }
    }
  }

  private void giveUp(String workflowId, ParkedInputs parked) {
    store.unpark(KIND, workflowId, parked);
    rejectControls(workflowId);
  }

  /** Gives up controls that wait for a start, unless they are for a workflow that is there. */
  private void rejectControls(String workflowId) {
    if (!store.isKnown(workflowId)) {
      controls.reject(workflowId, "the start of workflow '%s' was rejected".formatted(workflowId));
    }
  }

  private Decision.@Nullable Refused begin(
      String workflowId, CompiledDefinition definition, DecodedStart start, Cause cause) {
    PackedWorkflow known = store.load(workflowId);
    PackedWorkflow workflow = known == null ? store.absent() : known;
    if (workflow.hasBranches()) { // of the workflow that had the id before
      store.forgetBranches(workflowId, "");
    }
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
    if (store.isKnown(workflowId)) {
      return; // The history of the id goes on, and is not to be replaced by this.
    }
    Failure failure = new Failure("millrace." + REJECTED, missing, true);
    byte[] events = task.encoder().rejection(failure, nowMs, origin(waiting).offset());
    task.context()
        .forward(
            new Record<>(
                workflowId.getBytes(UTF_8),
                new Outgoing(task.settings().topics().events(), events),
                nowMs,
                TraceContext.of(waiting.headers())));
  }

  /** Tells the parent of a start, if it has one, that the id belongs to a workflow of others. */
  private void tellOfTakenId(
      String workflowId, DecodedStart start, @Nullable PackedWorkflow known, Headers headers) {
    Parent parent = start.request().parent();
    if (known == null || !Objects.equals(parent, known.parent())) {
      String message =
          "workflow id '%s' is taken by another workflow; give the child another"
              .formatted(workflowId);
      tell(parent, new Failure(ID_TAKEN, message, false), headers);
    }
  }

  /** Tells the parent of a workflow, if it has one, that it was not started. */
  private void tell(@Nullable Parent parent, Failure failure, Headers headers) {
    if (parent != null) {
      byte[] completion = task.messages().end(parent, null, failure);
      task.context()
          .forward(
              new Record<>(
                  parent.workflowId().getBytes(UTF_8),
                  new Outgoing(task.settings().topics().completions(), completion),
                  task.context().currentSystemTimeMs(),
                  TraceContext.of(headers)));
    }
  }

  private DeadLetters.Origin origin(ParkedRecord waiting) {
    Topics topics = task.settings().topics();
    InputSource source = InputSource.ofStart(waiting.offset());
    return new DeadLetters.Origin(
        source == InputSource.CHILD ? topics.children() : topics.starts(),
        task.context().taskId().partition(),
        source.offset(waiting.offset()));
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
