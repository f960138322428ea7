package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.GateUse;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.CommittedRecords;
import dev.millrace.orchestrator.store.HeldKey;
import java.util.HashSet;
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

  private final TaskGate gate;
  private final TenantIntake tenants;
  private final CommittedRecords records;
  private final PinnedDefinitions pinned;

  /** Records that were counted, or need not be, before their turn. */
  private final Set<String> counted = new HashSet<>();

  private boolean isDone;

  GateScan(
      TaskGate gate, TenantIntake tenants, CommittedRecords records, PinnedDefinitions pinned) {
    this.gate = gate;
    this.tenants = tenants;
    this.records = records;
    this.pinned = pinned;
  }

  /** Whether everything is counted. */
  boolean isDone() {
    return isDone;
  }

  /**
   * A workflow, or a chunk of branches, is about to be worked on.
   *
   * @param recordId id of the workflow, or text of the chunk's id
   */
  void touch(String recordId, CompiledDefinition definition, WorkflowView state) {
    if (!isDone && !records.arePast(recordId, definition.isOfBranches()) && counted.add(recordId)) {
      if (!definition.isOfBranches()) {
        countWorkflow(state);
      }
      count(definition, state);
    }
  }

  /**
   * A chunk of branches is forgotten with all that is under way of it.
   *
   * @param queue of its branches
   */
  void drop(String recordId, String queue, PackedWorkflow chunk) {
    boolean isCounted = isDone || records.arePast(recordId, true) || !counted.add(recordId);
    if (isCounted && !queue.isEmpty() && GateUse.takesAny(chunk)) {
      gate.changed(queue, -chunk.openSteps(), -chunk.gatedSteps());
    }
  }

  /** Goes on for a while. */
  void slice() {
    if (isDone) {
      return;
    }
    int[] looks = {0};
    boolean hasMore =
        records.next(
            RECORDS_PER_SLICE,
            (recordId, workflow) -> {
              if (!counted.remove(recordId)) {
                looks[0] += look(recordId, workflow);
              }
              return looks[0] < STEPS_PER_SLICE;
            });
    if (!hasMore) {
      isDone = true;
      counted.clear();
    }
  }

  private int look(String recordId, PackedWorkflow workflow) {
    if (!workflow.isChunk()) {
      countWorkflow(workflow);
    }
    if (!GateUse.takesAny(workflow)) {
      return 1;
    }
    CompiledDefinition definition =
        workflow.isChunk()
            ? ofChunk(ChunkId.of(recordId), workflow)
            : ofWorkflow(recordId, workflow);
    if (definition == null) {
      return 1;
    }
    count(definition, workflow);
    for (int step = workflow.gatedSteps() == 0 ? workflow.stepCount() : workflow.nextHeld(0);
        step < workflow.stepCount();
        step = workflow.nextHeld(step + 1)) {
      if (workflow.isGated(step)) {
        HeldKey key = TaskGate.key(definition, workflow, recordId, step);
        if (!records.has(key)) {
          gate.hold(key);
        }
      }
    }
    return workflow.stepCount() + STEPS_PER_LOOK_UP * workflow.gatedSteps();
  }

  private void countWorkflow(WorkflowView state) {
    if (state.status() == WorkflowStatus.RUNNING) {
      tenants.change(state.tenant(), 1);
    }
  }

  private void count(CompiledDefinition definition, WorkflowView state) {
    GateUse.of(definition, state)
        .forEach((queue, use) -> gate.changed(queue, use.open(), use.held()));
  }

  private @Nullable CompiledDefinition ofWorkflow(String workflowId, PackedWorkflow workflow) {
    return pinned.find(workflowId, workflow) instanceof PinnedDefinitions.Found found
        ? found.definition()
        : null;
  }

  /** Only of a chunk that a workflow may go on with: of others nobody would tell the end. */
  private @Nullable CompiledDefinition ofChunk(ChunkId id, PackedWorkflow chunk) {
    PackedWorkflow workflow = records.workflow(id.workflowId());
    CompiledDefinition whole =
        workflow == null || workflow.status().hasEnded()
            ? null
            : ofWorkflow(id.workflowId(), workflow);
    int step = whole == null ? CompiledDefinition.NO_STEP : whole.indexOf(id.step());
    return whole == null || step == CompiledDefinition.NO_STEP
        ? null
        : whole.branches(step, chunk.stepCount());
  }
}
