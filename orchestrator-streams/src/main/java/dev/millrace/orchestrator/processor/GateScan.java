package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.GateUse;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.CommittedRecords;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.WorkflowStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts, after a start, the workflows that were there before and what they take of the queues, a
 * slice at a time and beside the work. A workflow that is worked on before its turn is counted
 * then, so that each is counted once, and what is counted is never too much. It also makes sure
 * that every step that its record says waits for its queue is found there. Belongs to one stream
 * task.
 */
final class GateScan {
  /** Records that one slice looks at, at most. */
  private static final int RECORDS_PER_SLICE = 2_000;

  /** Steps that one slice looks at, about; one that waits counts as many. */
  private static final int STEPS_PER_SLICE = 20_000;

  private static final int STEPS_PER_LOOK_UP = 10;

  /** Most chunks that are known not to be counted; only a crash leaves such, and few. */
  private static final int UNSPOKEN_MAX = 10_000;

  /** Most records that are counted later, since their definitions are not to be had. */
  private static final int LOST_MAX = 10_000;

  /** How often it is looked whether their definitions are there, in milliseconds. */
  private static final long LOOK_AGAIN_MS = 1_000;

  /** Of how many of them each time. */
  private static final int LOOKS_AGAIN = 1_000;

  private final TaskGate gate;
  private final TenantIntake tenants;
  private final WorkflowStore store;
  private final CommittedRecords records;
  private final PinnedDefinitions pinned;

  /** Records that were counted, or need not be, before their turn. */
  private final Set<String> counted = new HashSet<>();

  /** Chunks whose turn is over and that were not counted, since no workflow speaks of them. */
  private final Set<String> unspoken = new HashSet<>();

  /** Records whose turn is over and whose definitions were not to be had then. */
  private final Set<String> lost = new LinkedHashSet<>();

  private boolean hasLostMore;
  private long lookAgainMs;
  private boolean isDone;

  GateScan(TaskGate gate, TenantIntake tenants, WorkflowStore store, PinnedDefinitions pinned) {
    this.gate = gate;
    this.tenants = tenants;
    this.store = store;
    this.records = store.committed();
    this.pinned = pinned;
  }

  /**
   * Whether everything is counted: not so as long as there are records whose definitions are not to
   * be had, and until the next start when those were more than {@value #LOST_MAX}.
   */
  boolean isDone() {
    return isDone && lost.isEmpty() && !hasLostMore;
  }

  /**
   * A workflow, or a chunk of branches, is about to be worked on.
   *
   * @param recordId id of the workflow, or text of the chunk's id
   */
  void touch(String recordId, CompiledDefinition definition, WorkflowView state) {
    boolean isPast = isDone || records.arePast(recordId, definition.isOfBranches());
    if (isUncounted(recordId, definition.isOfBranches())) {
      if (!isPast && !definition.isOfBranches()) {
        countWorkflow(state);
      }
      count(definition, state);
    }
  }

  /** Whether a record is to be counted now, which is so once. */
  private boolean isUncounted(String recordId, boolean isChunk) {
    return unspoken.remove(recordId)
        || lost.remove(recordId)
        || (!isDone && !records.arePast(recordId, isChunk) && counted.add(recordId));
  }

  /**
   * A chunk of branches is forgotten with all that is under way of it.
   *
   * @param step of its branches
   */
  void drop(String recordId, CompiledStep step, PackedWorkflow chunk) {
    String queue = step.queue();
    if (!isUncounted(recordId, true) && !queue.isEmpty() && GateUse.takesAny(chunk)) {
      gate.changed(queue, step.type(), -chunk.openSteps(), -chunk.gatedSteps());
    }
  }

  /** Goes on for a while. */
  void slice(long nowMs) {
    if (isDone) {
      lookAgain(nowMs);
      return;
    }
    int[] looks = {0};
    boolean hasMore =
        records.next(
            RECORDS_PER_SLICE,
            (recordId, workflow) -> {
              looks[0] +=
                  counted.remove(recordId)
                      ? lookAtCounted(recordId)
                      : atItsTurn(recordId, workflow);
              return looks[0] < STEPS_PER_SLICE;
            });
    if (!hasMore) {
      isDone = true;
      counted.clear();
    }
  }

  private int atItsTurn(String recordId, PackedWorkflow record) {
    if (!record.isChunk()) {
      countWorkflow(record);
    }
    return look(recordId, record);
  }

  private int look(String recordId, PackedWorkflow record) {
    if (!GateUse.takesAny(record)) {
      return 1;
    }
    String workflowId = record.isChunk() ? ChunkId.of(recordId).workflowId() : recordId;
    PackedWorkflow workflow = record.isChunk() ? records.workflow(workflowId) : record;
    CompiledDefinition definition = null;
    if (workflow != null && !workflow.status().hasEnded()) {
      CompiledDefinition whole = ofWorkflow(workflowId, workflow);
      if (whole == null) {
        lose(recordId);
        return 1;
      }
      definition =
          record.isChunk() ? ofChunk(ChunkId.of(recordId), record, workflow, whole) : whole;
    }
    if (definition == null) {
      if (unspoken.size() < UNSPOKEN_MAX) {
        unspoken.add(recordId);
      }
      return 1;
    }
    count(definition, record);
    for (Place place : places(recordId, definition, record)) {
      if (!records.has(place.key()) && !records.has(place.inLane())) {
        gate.hold(place.key(), place.type());
      }
    }
    return record.stepCount() + STEPS_PER_LOOK_UP * record.gatedSteps();
  }

  private void lose(String recordId) {
    if (lost.size() < LOST_MAX) {
      lost.add(recordId);
    } else {
      hasLostMore = true;
    }
  }

  /** Looks whether definitions are there now that were not when they were needed. */
  private void lookAgain(long nowMs) {
    if (lost.isEmpty() || nowMs < lookAgainMs) {
      return;
    }
    lookAgainMs = nowMs + LOOK_AGAIN_MS;
    for (String recordId : lost.stream().limit(LOOKS_AGAIN).toList()) {
      lost.remove(recordId);
      PackedWorkflow record = load(recordId);
      if (record != null) {
        look(recordId, record);
      }
    }
  }

  private @Nullable PackedWorkflow load(String recordId) {
    return ChunkId.isOne(recordId) ? store.load(ChunkId.of(recordId)) : store.load(recordId);
  }

  /** One that was worked on before its turn is as it stands now, and not as it was written. */
  private int lookAtCounted(String recordId) {
    PackedWorkflow record = load(recordId);
    if (record == null || record.gatedSteps() == 0) {
      return 1;
    }
    for (Place place : places(recordId, definition(recordId, record), record)) {
      if (!has(place.key()) && !has(place.inLane())) {
        gate.hold(place.key(), place.type());
      }
    }
    return STEPS_PER_LOOK_UP * record.gatedSteps();
  }

  /**
   * A record is put for the first time in this life. RocksDB may hold the keys of its steps that
   * wait while the changelog, to which the record goes now, never got them.
   */
  void putKeysAgain(String recordId, PackedWorkflow record) {
    if (record.gatedSteps() > 0 && !record.status().hasEnded()) {
      for (Place place : places(recordId, definition(recordId, record), record)) {
        if (has(place.key())) {
          store.held().putAgain(place.key().toBytes());
        } else if (has(place.inLane())) {
          store.held().putAgain(place.inLane().toBytes());
        } else {
          gate.hold(place.key(), place.type());
        }
      }
    }
  }

  private boolean has(HeldKey key) {
    return store.held().has(key.toBytes());
  }

  /** Where a step waits among all of its queue, and its type, in whose lane it may wait. */
  private record Place(HeldKey key, String type) {
    HeldKey inLane() {
      return key.inLane(type);
    }
  }

  /** Where the steps of a record wait; nowhere, as long as its definition is not to be had. */
  private static List<Place> places(
      String recordId, @Nullable CompiledDefinition definition, PackedWorkflow record) {
    if (definition == null || record.gatedSteps() == 0) {
      return List.of();
    }
    List<Place> places = new ArrayList<>(record.gatedSteps());
    for (int step = record.nextHeld(0);
        step < record.stepCount();
        step = record.nextHeld(step + 1)) {
      if (record.isGated(step)) {
        HeldKey key = TaskGate.key(definition, record, recordId, step);
        places.add(new Place(key, definition.step(step).type()));
      }
    }
    return places;
  }

  /** The definition of a record as it stands now, if it is to be had. */
  private @Nullable CompiledDefinition definition(String recordId, PackedWorkflow record) {
    if (!record.isChunk()) {
      return ofWorkflow(recordId, record);
    }
    ChunkId id = ChunkId.of(recordId);
    CompiledDefinition whole = pinned.known(id.workflowId(), record);
    PackedWorkflow workflow = whole == null ? store.load(id.workflowId()) : null;
    if (workflow != null) {
      whole = ofWorkflow(id.workflowId(), workflow);
    }
    int step = whole == null ? CompiledDefinition.NO_STEP : whole.indexOf(id.step());
    return whole == null || step == CompiledDefinition.NO_STEP
        ? null
        : whole.branches(step, record.stepCount());
  }

  private void countWorkflow(WorkflowView state) {
    if (state.status() == WorkflowStatus.RUNNING) {
      tenants.change(state.tenant(), 1);
    }
  }

  private void count(CompiledDefinition definition, WorkflowView state) {
    GateUse.of(definition, state)
        .forEach((work, use) -> gate.changed(work.queue(), work.type(), use.open(), use.held()));
  }

  private @Nullable CompiledDefinition ofWorkflow(String workflowId, PackedWorkflow workflow) {
    return pinned.find(workflowId, workflow) instanceof PinnedDefinitions.Found found
        ? found.definition()
        : null;
  }

  /** Only of a chunk that its workflow may go on with: of others nobody would tell the end. */
  private static @Nullable CompiledDefinition ofChunk(
      ChunkId id, PackedWorkflow chunk, PackedWorkflow workflow, CompiledDefinition whole) {
    int step = whole.indexOf(id.step());
    return step != CompiledDefinition.NO_STEP && speaksOf(workflow, step, id, chunk)
        ? whole.branches(step, chunk.stepCount())
        : null;
  }

  private static boolean speaksOf(
      PackedWorkflow workflow, int step, ChunkId id, PackedWorkflow chunk) {
    Branches branches = workflow.branches(step);
    return branches != null
        && workflow.stepStatus(step) == StepStatus.SUSPENDED
        && id.chunk() < branches.opened()
        && Chunk.formerAttempts(workflow.attempt(step)) == chunk.formerAttempts();
  }
}
