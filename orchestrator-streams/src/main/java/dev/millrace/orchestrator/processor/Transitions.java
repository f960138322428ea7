package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptInput;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.store.WorkflowStore;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Carries one workflow from one state to the next: decides, forwards commands and events, and only
 * then stores, so that no failure in between leaves a state that speaks of an output never sent.
 * Belongs to one stream task.
 */
final class Transitions {
  private final TaskResources task;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;
  private final Chunks chunks;
  private final GateScan scan;

  Transitions(TaskResources task, PinnedDefinitions pinned, GateScan scan) {
    this.task = task;
    this.store = task.store();
    this.pinned = pinned;
    this.scan = scan;
    this.chunks = new Chunks(task, pinned, this, scan);
  }

  /** The branches of steps. */
  Chunks chunks() {
    return chunks;
  }

  /** Applies a completion to the workflow, or the branch of a step, whose attempt it is of. */
  Decision.@Nullable Refused complete(String workflowId, AttemptInput input, Cause cause) {
    return input.branch() == AttemptReported.NO_BRANCH
        ? change(workflowId, input, cause)
        : chunks.complete(workflowId, input, cause);
  }

  /** Tells a workflow what is known of a chunk of branches, if it still runs. */
  void tell(ChunkReport report, Cause cause) {
    tell(new ArrayDeque<>(List.of(report)), cause);
  }

  /** The same of several chunks, and then of those that the workflow opens thereby. */
  private void tell(Queue<ChunkReport> reports, Cause cause) {
    while (!reports.isEmpty()) {
      ChunkReport report = reports.remove();
      if (report.isFinished()) {
        store.deleteItems(report.chunk());
      }
      String workflowId = report.chunk().workflowId();
      PackedWorkflow workflow = store.load(workflowId);
      if (workflow != null && workflow.status().hasEnded()) {
        store.putAgain(workflowId, workflow);
      } else if (workflow != null) {
        apply(workflowId, report.whole(), workflow, report.input(), cause, reports);
      }
    }
  }

  /** Applies a control or a completion to a workflow, if it is known and has not ended. */
  Decision.@Nullable Refused change(String workflowId, Input input, Cause cause) {
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null) {
      return new Decision.Refused(
          Refusal.UNKNOWN_WORKFLOW, "no workflow '%s' is known".formatted(workflowId));
    }
    InputSource source = cause.source();
    if (source != null && cause.offset() <= workflow.appliedOffset(source)) {
      store.putAgain(workflowId, workflow);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    if (workflow.status().hasEnded()) {
      if (input instanceof ControlRequested asked && !isOfAParent(asked)) {
        refuseAfterEnd(workflowId, workflow, cause);
        return null;
      }
      return new Decision.Refused(Refusal.WORKFLOW_ENDED, "the workflow has ended");
    }
    return switch (pinned.await(workflowId, workflow)) {
      case PinnedDefinitions.Found found ->
          apply(workflowId, found.definition(), workflow, input, cause);
      case PinnedDefinitions.Lost lost -> lost.refusal();
    };
  }

  /** Whether a parent lets go of its child, which may end just then: nobody is to be told. */
  private static boolean isOfAParent(ControlRequested asked) {
    return asked.control() instanceof Control.Cancel cancel && cancel.parent() != null;
  }

  /** Says in the event log that a control came too late. */
  private void refuseAfterEnd(String workflowId, PackedWorkflow workflow, Cause cause) {
    long nowMs = task.context().currentSystemTimeMs();
    long sequence = workflow.nextSequence();
    ControlRefused refused = Decider.refuseAfterEnd(workflow);
    task.metrics().refused(refused.code());
    byte[] record =
        task.encoder().refusal(refused, sequence, nowMs, cause.offset(), cause.origin());
    task.context()
        .forward(
            new Record<>(
                workflowId.getBytes(UTF_8),
                new Outgoing(task.settings().topics().events(), record),
                nowMs,
                TraceContext.of(cause.headers())));
    workflow.setAppliedOffset(InputSource.CONTROL, cause.offset());
    store.save(workflowId, workflow, workflow.armedTimerMs());
  }

  /** Applies an input to a workflow; answers the refusal, if it was refused. */
  Decision.@Nullable Refused apply(
      String workflowId,
      CompiledDefinition definition,
      PackedWorkflow workflow,
      Input input,
      Cause cause) {
    Queue<ChunkReport> reports = new ArrayDeque<>();
    Decision.@Nullable Refused refused =
        apply(workflowId, definition, workflow, input, cause, reports);
    tell(reports, cause);
    return refused;
  }

  /** The same, and takes what the chunks say that are opened thereby. */
  private Decision.@Nullable Refused apply(
      String workflowId,
      CompiledDefinition definition,
      PackedWorkflow workflow,
      Input input,
      Cause cause,
      Queue<ChunkReport> reports) {
    long nowMs = task.context().currentSystemTimeMs();
    long firstSequence = workflow.nextSequence();
    scan.touch(workflowId, definition, workflow);
    StoredResults results = new StoredResults(store, task.metrics(), nowMs);
    Situation situation =
        new Situation(
            workflowId,
            definition,
            workflow,
            new StoredPayloads(store, workflowId, workflow),
            results,
            new MigrationTargets(task.definitions(), task.queues()),
            nowMs,
            null,
            task.gate());
    Decision decision = Decider.decide(situation, input);
    return switch (decision) {
      case Decision.Refused refused -> refused;
      case Decision.Accepted accepted -> {
        boolean isKnown = input instanceof ChunkReported && accepted.events().isEmpty();
        if (isKnown) {
          store.putAgain(workflowId, workflow);
        } else {
          Execution execution = new Execution(task, chunks, situation, workflow, null, cause);
          execution.carryOut(accepted);
          execution.complete(input, firstSequence);
          reports.addAll(execution.ofOpened());
        }
        yield null;
      }
    };
  }
}
