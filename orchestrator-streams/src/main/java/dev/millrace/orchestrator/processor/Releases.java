package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.WorkflowStore;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has steps that were held for their queues go on when it is their turn. A step that its record
 * does not say is held there, since that time, is an orphan, and forgotten. Belongs to one stream
 * task.
 */
final class Releases {
  /** How soon a step is tried again whose workflow's definition is not to be had. */
  private static final long LOST_DEFINITION_RETRY_MS = 60_000;

  /** What it costs to release a step, compared with finding an orphan. */
  private static final int COST = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Releases.class);

  private final TaskResources task;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;
  private final Transitions transitions;
  private final Starts starts;

  /**
   * Of which queues and priorities steps wait for their definitions, and until when; the earliest
   * first. The steps themselves are in the store, and as many as there are.
   */
  private final Map<Level, Long> putOff = new LinkedHashMap<>();

  Releases(TaskResources task, PinnedDefinitions pinned, Transitions transitions, Starts starts) {
    this.task = task;
    this.store = task.store();
    this.pinned = pinned;
    this.transitions = transitions;
    this.starts = starts;
  }

  private record Level(String queue, int priority) {}

  /** What has come of a turn. */
  enum Turn {
    TAKEN,
    OF_AN_ORPHAN,
    PUT_OFF
  }

  /**
   * Releases what may go.
   *
   * @param limit how many steps at most
   */
  void release(int limit) {
    for (int cost = 0; cost < limit * COST; ) {
      HeldKey key = task.gate().take();
      if (key == null) {
        return;
      }
      Turn turn = release(key);
      cost += turn == Turn.OF_AN_ORPHAN ? 1 : COST;
      if (turn == Turn.PUT_OFF) {
        putOff(key);
      } else if (turn == Turn.OF_AN_ORPHAN) {
        task.gate().drop(key);
      } else {
        task.gate().forget(key);
      }
    }
  }

  /** Leaves a step where it is in the store, which is read again with all of its priority. */
  private void putOff(HeldKey key) {
    Level level = new Level(key.queue(), key.priority());
    if (!putOff.containsKey(level)) {
      putOff.put(level, task.context().currentSystemTimeMs() + LOST_DEFINITION_RETRY_MS);
      LOG.warn(
          "steps of priority {} wait for queue {} and for their definitions, such as one of {};"
              + " publish these again",
          key.priority(),
          key.queue(),
          key.recordId());
    }
  }

  /** Has steps take their turns that were put off for long enough. */
  void putBack(long nowMs) {
    Iterator<Map.Entry<Level, Long>> entries = putOff.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Level, Long> entry = entries.next();
      if (entry.getValue() > nowMs) {
        return;
      }
      entries.remove();
      task.gate().readAgain(entry.getKey().queue(), entry.getKey().priority());
    }
  }

  private Turn release(HeldKey key) {
    if (!ChunkId.isOne(key.recordId())) {
      return ofWorkflow(key);
    }
    Turn turn = transitions.chunks().release(key);
    starts.afterChange(ChunkId.of(key.recordId()).workflowId());
    return turn;
  }

  private Turn ofWorkflow(HeldKey key) {
    String workflowId = key.recordId();
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null || workflow.gatedSteps() == 0) {
      return Turn.OF_AN_ORPHAN;
    }
    return switch (pinned.find(workflowId, workflow)) {
      case PinnedDefinitions.Found found -> {
        CompiledDefinition definition = found.definition();
        int step = definition.indexOf(key.step());
        if (!TaskGate.isTrue(key, definition, workflow, step)) {
          yield Turn.OF_AN_ORPHAN;
        }
        transitions.apply(workflowId, definition, workflow, new StepReleased(step), Cause.TIMER);
        starts.afterChange(workflowId);
        yield Turn.TAKEN;
      }
      case PinnedDefinitions.Lost lost -> {
        task.metrics().refused(lost.refusal().reason().code());
        yield Turn.PUT_OFF;
      }
    };
  }
}
