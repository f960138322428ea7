package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedControl;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
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
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.PublishedEvents;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.JsonIntake;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * One accepted decision being carried out, on a workflow or on a chunk of branches: its commands
 * and events are forwarded, and only then is its record stored. Belongs to one stream task.
 */
final class Execution {
  /** How soon a chunk makes sure that its workflow knows what no input would repeat. */
  private static final long CONFIRM_MS = 30_000;

  /** How soon a chunk with held branches looks whether its workflow is still paused. */
  private static final long PAUSE_LOOK_MS = 10_000;

  private final TaskResources task;
  private final WorkflowStore store;
  private final Chunks chunks;
  private final String workflowId;

  /** The definition before the decision; its events are told in its terms. */
  private final CompiledDefinition formerDefinition;

  private final PackedWorkflow workflow;
  private final Cause cause;
  private final long nowMs;
  private final Headers headers;
  private final List<Event> events = new ArrayList<>();
  private long timerMs;

  /** With the definition after the decision. */
  private Situation situation;

  /** What the record is kept under. */
  private final String recordId;

  /** The scope of the events: empty for a workflow. */
  private final String scope;

  /** What of the decision, and of what failed while it was carried out, is still to be done. */
  private final Deque<Effect> pending = new ArrayDeque<>();

  /** What the chunks that were opened say; the workflow must be stored before it is told. */
  private final List<ChunkReport> ofOpened = new ArrayList<>();

  /** Attempts that workers are to be told not to go on with. */
  private final List<CancelAttempt> cancelled = new ArrayList<>();

  private boolean isReported;

  /**
   * The decision on a workflow, or on a chunk of branches.
   *
   * @param chunkId which chunk; null for a workflow
   */
  Execution(
      TaskResources task,
      Chunks chunks,
      Situation situation,
      PackedWorkflow workflow,
      @Nullable ChunkId chunkId,
      Cause cause) {
    this.task = task;
    this.store = task.store();
    this.chunks = chunks;
    this.recordId = chunkId == null ? situation.workflowId() : chunkId.text();
    this.scope = chunkId == null ? "" : chunkId.scope(Chunks.attempt(workflow));
    this.situation = situation;
    this.workflowId = situation.workflowId();
    this.formerDefinition = situation.definition();
    this.workflow = workflow;
    this.cause = cause;
    this.nowMs = situation.nowMs();
    this.headers = TraceContext.of(cause.headers());
    this.timerMs = workflow.armedTimerMs();
  }

  void carryOut(Decision.Accepted accepted) {
    take(accepted);
    while (!pending.isEmpty()) {
      carryOut(pending.remove());
    }
  }

  private void take(Decision.Accepted accepted) {
    events.addAll(accepted.events());
    for (Event event : accepted.events()) {
      if (event instanceof WorkflowMigrated migrated) {
        situation = situation.with(migrated.target());
      }
    }
    store.putSpilled(recordId, workflow);
    pending.addAll(accepted.effects());
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case ArmTimer timer -> timerMs = earlier(timerMs, timer.dueMs());
      case CacheResult result -> new StoredResults(store, task.metrics(), nowMs).keep(result);
      case StartWorkflow start ->
          forward(
              start.workflowId(),
              start.parent() == null ? topics().starts() : topics().children(),
              task.messages().start(start, workflow.tenant(), workflow.priority()));
      case CancelWorkflow cancel ->
          forward(cancel.workflowId(), topics().controls(), task.messages().cancellation(cancel));
      case CancelAttempt cancel -> cancelled.add(cancel);
      case CancelBranches cancel -> pending.addAll(chunks.cancellations(situation, cancel));
      case TellParent tell ->
          forward(
              tell.parent().workflowId(),
              topics().completions(),
              task.messages().end(tell.parent(), tell.output(), tell.failure()));
      case KeepItems keep -> {
        if (awaitsBranches(keep.step())) {
          if (workflow.spilled().takeDroppedBranches(keep.step())) {
            forgetBranches(keep.step()); // of an attempt that ends with this very decision
          }
          chunks.keep(situation, keep);
        }
      }
      case OpenChunk open -> {
        if (awaitsBranches(open.step())) {
          ChunkReport report = chunks.open(situation, open, workflow, cause);
          if (report != null) {
            ofOpened.add(report);
          }
        }
      }
      case ReportChunk report -> isReported = true;
      case HoldStep hold -> {
        if (!workflow.status().hasEnded() && workflow.isGated(hold.step())) {
          task.gate()
              .hold(
                  TaskGate.key(situation.definition(), workflow, recordId, hold.step()),
                  situation.definition().step(hold.step()).type());
        }
      }
      case DispatchStep dispatch -> {
        if (isOpen(dispatch)) { // an oversize command may have failed the workflow
          dispatch(dispatch);
        }
      }
    }
  }

  /** What the workflow is to be told of this chunk of branches, if anything. */
  @Nullable ChunkReport report() {
    Chunk chunk = situation.chunk();
    return isReported && chunk != null
        ? ChunkReport.of(ChunkId.of(recordId), chunk.whole(), workflow)
        : null;
  }

  /** What the workflow is to be told, once it is stored, of the chunks that were opened. */
  List<ChunkReport> ofOpened() {
    return ofOpened;
  }

  /** Whether a step still waits for its branches; what was decided later may have failed it. */
  private boolean awaitsBranches(int step) {
    return !workflow.status().hasEnded() && workflow.stepStatus(step) == StepStatus.SUSPENDED;
  }

  private boolean isOpen(DispatchStep dispatch) {
    return !workflow.status().hasEnded()
        && workflow.stepStatus(dispatch.step()) == StepStatus.OPEN
        && workflow.attempt(dispatch.step()) == dispatch.attempt();
  }

  private void dispatch(DispatchStep dispatch) {
    CompiledDefinition definition = situation.definition();
    Chunk chunk = situation.chunk();
    int branch = chunk == null ? AttemptReported.NO_BRANCH : chunk.branch(dispatch.step());
    String queue = definition.step(dispatch.step()).queue();
    boolean asJson = task.settings().jsonQueues().contains(queue);
    byte[] command =
        task.encoder()
            .command(
                workflowId,
                definition,
                workflow,
                dispatch,
                branch,
                slot -> store.payload(recordId, workflow, slot),
                asJson);
    String step = definition.step(dispatch.step()).id();
    if (command.length > Limits.COMMAND_BYTES) {
      Failure tooLarge = commandTooLarge(command.length);
      Input failure =
          new AttemptReported(step, branch, dispatch.attempt(), null, List.of(), tooLarge);
      if (Decider.decide(situation, failure) instanceof Decision.Accepted failed) {
        take(failed);
      }
    } else {
      String affinity = dispatch.affinityKey();
      String key = workflowId + '/' + step + (chunk == null ? "" : "/" + branch);
      forward(
          affinity == null ? key : affinity,
          topics().commands(queue),
          command,
          asJson ? JsonIntake.marked(headers) : headers);
    }
  }

  /** Sends the events, and stores the record. */
  void complete(Input input, long firstSequence) {
    publish(input, firstSequence);
    store(input);
  }

  private void publish(Input input, long firstSequence) {
    if (!cancelled.isEmpty()) {
      forward(
          workflowId,
          topics().cancellations(),
          task.messages().cancellations(situation.definition(), cancelled));
    }
    if (PublishedEvents.includeAny(formerDefinition, events)) {
      Chunk chunk = situation.chunk();
      byte[] record =
          task.encoder()
              .events(
                  formerDefinition,
                  events,
                  firstSequence,
                  nowMs,
                  cause.source(),
                  cause.offset(),
                  scope,
                  chunk == null ? 0 : chunk.branch(0),
                  chunk == null && !(input instanceof ChunkReported)
                      ? cause.origin()
                      : DecodedControl.Origin.NONE);
      forward(workflowId, task.settings().topics().events(), record);
    }
    if (!events.isEmpty()) {
      task.meters().decided(recordId, formerDefinition, events, workflow.startedAtMs(), nowMs);
    }
    task.meters().sent();
  }

  private void store(Input input) {
    // What a chunk says was an input of the chunk, and is said again if need be.
    if (cause.source() != null && cause.isWhole() && !(input instanceof ChunkReported)) {
      workflow.setAppliedOffset(cause.source(), cause.offset());
    }
    if (input instanceof ControlRequested control) {
      settle(control);
    }
    if (workflow.status().hasEnded()) {
      // A timer that is armed for an earlier time may stay: it will find the workflow ended.
      timerMs =
          earlier(
              workflow.armedTimerMs(),
              workflow.endedAtMs() + task.settings().retention().toMillis());
    } else if (input instanceof TimerFired) {
      timerMs = workflow.earliestDeadlineMs();
    }
    ChunkReport report = report();
    if (report != null && mayBeMissed(report, input)) {
      timerMs = earlier(timerMs, nowMs + CONFIRM_MS);
    }
    Chunk chunk = situation.chunk();
    if (chunk != null && workflow.heldSteps() > 0 && chunk.ofWorkflow().isPaused()) {
      timerMs = earlier(timerMs, nowMs + PAUSE_LOOK_MS); // nobody tells it of the resumption
    }
    store.save(recordId, workflow, timerMs);
    countWorkflow();
    workflow.spilled().takeDroppedBranches().forEach(this::forgetBranches);
  }

  private void countWorkflow() {
    for (Event event : events) {
      if (event instanceof WorkflowStarted) {
        task.tenants().change(workflow.tenant(), 1);
        task.metrics().tenantStarted(workflow.tenant());
      } else if (event instanceof WorkflowEnded) {
        task.tenants().change(workflow.tenant(), -1);
      }
    }
  }

  /** Whether a crash may keep from the workflow what no input would make the chunk say again. */
  private boolean mayBeMissed(ChunkReport report, Input input) {
    return input instanceof ChunkRequested
        || ((input instanceof TimerFired || input instanceof StepReleased)
            && (!events.isEmpty() || chunks.isUnheard(report)));
  }

  private void forgetBranches(int step) {
    chunks.forget(workflowId, situation.definition().step(step));
  }

  /** Counts a control that was refused, and remembers the id of one that was not. */
  private void settle(ControlRequested control) {
    boolean isRefused = false;
    for (Event event : events) {
      if (event instanceof ControlRefused refused) {
        isRefused = true;
        task.metrics().refused(refused.code());
      }
    }
    if (!isRefused && !control.id().isEmpty()) {
      workflow.rememberControl(control.id());
    }
  }

  private Topics topics() {
    return task.settings().topics();
  }

  private void forward(String key, String topic, byte[] value) {
    forward(key, topic, value, headers);
  }

  private void forward(String key, String topic, byte[] value, Headers with) {
    task.context()
        .forward(new Record<>(key.getBytes(UTF_8), new Outgoing(topic, value), nowMs, with));
  }

  private static long earlier(long oneMs, long otherMs) {
    return oneMs == WorkflowView.NO_DEADLINE ? otherMs : Math.min(oneMs, otherMs);
  }

  private static Failure commandTooLarge(int bytes) {
    return new Failure(
        Failure.COMMAND_TOO_LARGE,
        "command of %d bytes with the workflow's input and the outputs of all dependencies, at most"
                .formatted(bytes)
            + " %d are allowed; return references to large outputs".formatted(Limits.COMMAND_BYTES),
        false);
  }
}
