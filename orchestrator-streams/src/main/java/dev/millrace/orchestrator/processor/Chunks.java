package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.BranchedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.effect.CancelBranches;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.KeepItems;
import dev.millrace.orchestrator.core.effect.OpenChunk;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.AttemptInput;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.WorkflowStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The branches of steps, whose state is kept in chunks beside the record of their workflow. An
 * input of a branch changes its chunk, and the workflow only when the workflow must know: when a
 * branch has failed for good, and when the chunk is finished.
 *
 * <p>A crash may tear such a pair of changes, and the order in which changes are written says how:
 * a chunk is never behind what its workflow knows of it. Where it is ahead, the input that it is
 * ahead by is read again, is found applied, and the chunk says again what the workflow may not
 * know; where it was a timer, the chunk keeps another one until it has said it again. A chunk that
 * its workflow does not speak of is forgotten when it is next met, at the latest with the
 * workflow's summary. Belongs to one stream task.
 */
final class Chunks {
  /** How soon a timer is tried again whose workflow's definition is not to be had. */
  private static final long LOST_DEFINITION_RETRY_MS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(Chunks.class);

  private final TaskResources task;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;
  private final Transitions transitions;
  private final GateScan scan;

  Chunks(TaskResources task, PinnedDefinitions pinned, Transitions transitions, GateScan scan) {
    this.task = task;
    this.store = task.store();
    this.pinned = pinned;
    this.transitions = transitions;
    this.scan = scan;
  }

  /** Keeps the items of a step, in one record a chunk. */
  void keep(Situation whole, KeepItems keep) {
    Branches branches = keep.branches();
    String step = whole.definition().step(keep.step()).id();
    for (int number = 0; number < branches.chunks().length; number++) {
      store.putItems(
          new ChunkId(whole.workflowId(), step, number),
          keep.items().subList(branches.firstItem(number), branches.firstItem(number + 1)));
    }
  }

  /** Begins a chunk, before its workflow is stored; answers what that is to be told then. */
  @Nullable ChunkReport open(
      Situation whole, OpenChunk open, PackedWorkflow workflow, Cause cause) {
    String step = whole.definition().step(open.step()).id();
    ChunkId id = new ChunkId(whole.workflowId(), step, open.chunk());
    PackedWorkflow leftOver = store.load(id);
    if (leftOver != null) {
      scan.drop(id.text(), whole.definition().step(open.step()), leftOver);
    }
    PackedWorkflow chunk = store.absentChunk();
    Situation situation =
        situation(
            id,
            whole.definition(),
            chunk,
            open.size(),
            new LoadedWorkflow(store, whole.workflowId(), workflow));
    int formerAttempts = Chunk.formerAttempts(workflow.attempt(open.step()));
    ChunkRequested request =
        new ChunkRequested(workflow.tenant(), workflow.priority(), formerAttempts);
    return Decider.decide(situation, request) instanceof Decision.Accepted accepted
        ? carryOut(id, situation, chunk, request, cause, 0, accepted)
        : null;
  }

  /** The cancellations of the workflows that the branches of a step wait for. */
  List<CancelWorkflow> cancellations(Situation whole, CancelBranches cancel) {
    List<CancelWorkflow> cancellations = new ArrayList<>();
    String step = whole.definition().step(cancel.step()).id();
    for (int number = 0; number < cancel.branches().opened(); number++) {
      ChunkId id = new ChunkId(whole.workflowId(), step, number);
      PackedWorkflow chunk = cancel.branches().isOpen(number) ? store.load(id) : null;
      if (chunk != null && chunk.formerAttempts() == Chunk.formerAttempts(cancel.attempt())) {
        for (int local : chunk.stepsWithChildren()) {
          String child = chunk.child(local);
          if (child != null) {
            int branch = number * Branches.CHUNK + local;
            Parent parent = cancel.parent(id.workflowId(), step, branch, chunk.attempt(local));
            cancellations.add(new CancelWorkflow(child, parent, cancel.reason()));
          }
        }
      }
    }
    return cancellations;
  }

  /** Applies a completion to a branch. */
  Decision.@Nullable Refused complete(String workflowId, AttemptInput report, Cause cause) {
    ChunkId id = new ChunkId(workflowId, report.stepId(), report.branch() / Branches.CHUNK);
    PackedWorkflow chunk = known(id, cause);
    if (chunk == null) {
      return refusal(workflowId, report);
    }
    CompiledDefinition whole = definition(workflowId, chunk, cause);
    if (whole == null) {
      return refusal(workflowId, report);
    }
    if (cause.offset() <= chunk.appliedOffset(InputSource.COMPLETION)) {
      store.putAgain(id.text(), chunk);
      ChunkReport known = ChunkReport.of(id, whole, chunk);
      if (known.isFinished() || known.failedItems() > 0) {
        // The workflow may not, since a crash came before that was written.
        transitions.tell(known, cause);
      }
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    return change(id, whole, chunk, report, cause);
  }

  /** Fires the timer of a chunk, if the chunk has armed it. */
  boolean fire(WorkflowStore.Timer timer, long nowMs) {
    ChunkId id = ChunkId.of(timer.workflowId());
    PackedWorkflow chunk = known(id, Cause.TIMER);
    if (chunk == null || chunk.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    CompiledDefinition whole = definition(id.workflowId(), chunk, Cause.TIMER);
    if (whole == null) {
      LOG.warn("a timer of {} {} waits for its definition", id.workflowId(), id.scope());
      store.save(id.text(), chunk, nowMs + LOST_DEFINITION_RETRY_MS);
    } else {
      change(id, whole, chunk, new TimerFired(), Cause.TIMER);
    }
    return true;
  }

  /** Has a branch go on whose turn it is. */
  Releases.Turn release(HeldKey key) {
    ChunkId id = ChunkId.of(key.recordId());
    PackedWorkflow chunk = known(id, Cause.TIMER);
    if (chunk == null || chunk.gatedSteps() == 0) {
      return Releases.Turn.OF_AN_ORPHAN;
    }
    CompiledDefinition whole = definition(id.workflowId(), chunk, Cause.TIMER);
    if (whole == null) {
      return Releases.Turn.PUT_OFF;
    }
    int branch = Integer.parseInt(key.step());
    CompiledDefinition definition = whole.branches(whole.indexOf(id.step()), chunk.stepCount());
    if (!TaskGate.isTrue(key, definition, chunk, branch)) {
      return Releases.Turn.OF_AN_ORPHAN;
    }
    if (!task.gate().stepAside(key, definition.step(branch).type())) {
      change(id, whole, chunk, new StepReleased(branch), Cause.TIMER);
    }
    return Releases.Turn.TAKEN;
  }

  /** Forgets what is left of the branches of a step, after its workflow is stored. */
  void forget(String workflowId, CompiledStep step) {
    store.forgetBranches(
        workflowId, step.id(), (chunkId, chunk) -> scan.drop(chunkId, step, chunk));
  }

  private Decision.@Nullable Refused change(
      ChunkId id, CompiledDefinition whole, PackedWorkflow chunk, Input input, Cause cause) {
    Situation situation =
        situation(id, whole, chunk, chunk.stepCount(), new LoadedWorkflow(store, id.workflowId()));
    return apply(id, situation, chunk, input, cause);
  }

  private Situation situation(
      ChunkId id,
      CompiledDefinition whole,
      PackedWorkflow chunk,
      int size,
      BranchedWorkflow ofWorkflow) {
    int step = whole.indexOf(id.step());
    CompiledDefinition definition = whole.branches(step, size);
    CompiledStep.CompiledForEach forEach = whole.step(step).forEach();
    if (forEach == null) {
      throw new IllegalStateException("step '%s' has no branches".formatted(id.step()));
    }
    scan.touch(id.text(), definition, chunk);
    return new Situation(
        id.workflowId(),
        definition,
        chunk,
        new StoredPayloads(store, id.text(), chunk),
        Results.NONE,
        Targets.NONE,
        task.context().currentSystemTimeMs(),
        new Chunk(id.chunk(), forEach.batchSize(), whole, ofWorkflow, new LoadedItems(store, id)),
        task.gate());
  }

  private Decision.@Nullable Refused apply(
      ChunkId id, Situation situation, PackedWorkflow chunk, Input input, Cause cause) {
    long firstSequence = chunk.nextSequence();
    return switch (Decider.decide(situation, input)) {
      case Decision.Refused refused -> refused;
      case Decision.Accepted accepted -> {
        ChunkReport report = carryOut(id, situation, chunk, input, cause, firstSequence, accepted);
        if (report != null) {
          transitions.tell(report, cause);
        }
        yield null;
      }
    };
  }

  private @Nullable ChunkReport carryOut(
      ChunkId id,
      Situation situation,
      PackedWorkflow chunk,
      Input input,
      Cause cause,
      long firstSequence,
      Decision.Accepted accepted) {
    Execution execution = new Execution(task, this, situation, chunk, id, cause);
    execution.carryOut(accepted);
    execution.complete(input, firstSequence);
    return execution.report();
  }

  /** Whether a workflow waits for this, as far as it is stored. */
  boolean isUnheard(ChunkReport report) {
    PackedWorkflow workflow = store.load(report.chunk().workflowId());
    int step = report.step();
    if (workflow == null
        || workflow.status().hasEnded()
        || workflow.stepStatus(step) != StepStatus.SUSPENDED) {
      return false;
    }
    Branches branches = workflow.branches(step);
    int chunk = report.chunk().chunk();
    return branches != null
        && branches.isOpen(chunk)
        && !branches.knows(chunk, report.failedItems(), report.isFinished());
  }

  /** A chunk that its workflow speaks of; one that it does not is forgotten. */
  private @Nullable PackedWorkflow known(ChunkId id, Cause cause) {
    PackedWorkflow chunk = store.load(id);
    // Only a crash leaves a chunk alone, so that one stored since the last is known to be none.
    if (chunk == null || store.isOfThisLife(chunk) || isSpokenOf(id, chunk, cause)) {
      return chunk;
    }
    CompiledDefinition whole = pinned.known(id.workflowId(), chunk);
    int step = whole == null ? CompiledDefinition.NO_STEP : whole.indexOf(id.step());
    if (whole != null && step != CompiledDefinition.NO_STEP) {
      scan.drop(id.text(), whole.step(step), chunk);
    }
    store.forget(id, chunk);
    if (!needsItems(id, cause)) {
      store.deleteItems(id);
    }
    return null;
  }

  /** Whether a chunk is to begin in another attempt of its step: its items are there already. */
  private boolean needsItems(ChunkId id, Cause cause) {
    PackedWorkflow workflow = store.load(id.workflowId());
    if (workflow == null
        || workflow.status().hasEnded()
        || !(pinned(id.workflowId(), workflow, cause) instanceof PinnedDefinitions.Found found)) {
      return false;
    }
    int step = found.definition().indexOf(id.step());
    Branches branches = step == CompiledDefinition.NO_STEP ? null : workflow.branches(step);
    return branches != null
        && workflow.stepStatus(step) == StepStatus.SUSPENDED
        && id.chunk() < branches.chunks().length
        && branches.chunks()[id.chunk()] >= 0;
  }

  private boolean isSpokenOf(ChunkId id, PackedWorkflow chunk, Cause cause) {
    PackedWorkflow workflow = store.load(id.workflowId());
    if (workflow == null) {
      return false;
    }
    if (workflow.status().hasEnded()) {
      return workflow.hasBranches() && chunk.finishedSteps() == chunk.stepCount();
    }
    if (!(pinned(id.workflowId(), workflow, cause) instanceof PinnedDefinitions.Found found)) {
      return true; // it cannot be told now, and nothing is decided without a definition
    }
    int step = found.definition().indexOf(id.step());
    Branches branches = step == CompiledDefinition.NO_STEP ? null : workflow.branches(step);
    if (branches == null || id.chunk() >= branches.opened()) {
      return false;
    }
    StepStatus status = workflow.stepStatus(step);
    boolean isKept = // of a step that was resolved by hand some may be left
        status == StepStatus.SUSPENDED
            || (status == StepStatus.SUCCEEDED && branches.areFinished());
    return isKept && Chunk.formerAttempts(workflow.attempt(step)) == chunk.formerAttempts();
  }

  /** Which attempt of its step a chunk is of, as far as these are numbered. */
  static int attempt(PackedWorkflow chunk) {
    return chunk.formerAttempts() / DefinitionLimits.ATTEMPTS + 1;
  }

  private @Nullable CompiledDefinition definition(
      String workflowId, PackedWorkflow chunk, Cause cause) {
    CompiledDefinition known = pinned.known(workflowId, chunk);
    if (known != null) {
      return known;
    }
    PackedWorkflow workflow = store.load(workflowId);
    return workflow != null
            && !workflow.status().hasEnded()
            && pinned(workflowId, workflow, cause) instanceof PinnedDefinitions.Found found
        ? found.definition()
        : null;
  }

  /** The definition of a workflow; a timer does not wait for one, but is tried again. */
  private PinnedDefinitions.Pinned pinned(String workflowId, PackedWorkflow workflow, Cause cause) {
    return cause.source() == null
        ? pinned.find(workflowId, workflow)
        : pinned.await(workflowId, workflow);
  }

  /** Why a completion of a branch that is not open is refused. */
  private Decision.Refused refusal(String workflowId, AttemptInput report) {
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null) {
      return new Decision.Refused(
          Refusal.UNKNOWN_WORKFLOW, "no workflow '%s' is known".formatted(workflowId));
    }
    store.putAgain(workflowId, workflow); // read again, it may be what let go of the chunk
    if (workflow.status().hasEnded()) {
      return new Decision.Refused(Refusal.WORKFLOW_ENDED, "the workflow has ended");
    }
    return switch (pinned.await(workflowId, workflow)) {
      case PinnedDefinitions.Lost lost -> lost.refusal();
      case PinnedDefinitions.Found found -> refusal(found.definition(), workflow, report);
    };
  }

  private static Decision.Refused refusal(
      CompiledDefinition definition, PackedWorkflow workflow, AttemptInput report) {
    int step = definition.indexOf(report.stepId());
    if (step == CompiledDefinition.NO_STEP) {
      return new Decision.Refused(
          Refusal.UNKNOWN_STEP,
          "definition %s/%d has no step '%s'; copy step from the command"
              .formatted(definition.name(), definition.version(), report.stepId()));
    }
    Branches branches = workflow.branches(step);
    boolean hasNone = definition.step(step).forEach() == null;
    if (hasNone || (branches != null && report.branch() >= branches.count())) {
      return new Decision.Refused(
          Refusal.UNKNOWN_BRANCH,
          "step '%s' has no branch %d; copy branch from the command"
              .formatted(report.stepId(), report.branch()));
    }
    return new Decision.Refused(
        Refusal.ATTEMPT_NOT_OPEN,
        "attempt %d of branch %d of step '%s' is not open"
            .formatted(report.attempt(), report.branch(), report.stepId()));
  }
}
