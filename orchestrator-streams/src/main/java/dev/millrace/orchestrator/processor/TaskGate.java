package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Gate;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The gate of one stream task, in memory: how many attempts are open at each queue, and which steps
 * wait there, of which the first few are at hand and the others in the store. Nothing is read of a
 * queue for which no step waits, but once. Not thread-safe.
 */
final class TaskGate implements Gate {
  /** Most queues looked up in the store in one tick. */
  private static final int QUEUES_PER_TICK = 100;

  private static final long UNKNOWN = -1;

  private final HeldStore store;
  private final FlowControl flow;
  private final Map<String, QueueGate> queues = new HashMap<>();

  /** Queues that may release steps. */
  private final ArrayDeque<QueueGate> credited = new ArrayDeque<>();

  /** The queue that was asked for last; mostly the next one is the same. */
  private @Nullable QueueGate last;

  /** Up to which name the queues were looked up for which steps have waited since before. */
  private @Nullable String lookedUp;

  private boolean hasLookedUpAll;

  /** How long the handler ran whose completion is being applied; negative when it is not known. */
  private long runMs = UNKNOWN;

  TaskGate(HeldStore store, FlowControl flow) {
    this.store = store;
    this.flow = flow;
  }

  /**
   * The place at which a step waits by what its record says.
   *
   * @param recordId id of the workflow, or text of the id of a chunk
   */
  static HeldKey key(
      CompiledDefinition definition, PackedWorkflow record, String recordId, int step) {
    return HeldKey.of(definition, record, recordId, step);
  }

  /** Whether a record says that a step waits at this very place. */
  static boolean isTrue(
      HeldKey key, CompiledDefinition definition, PackedWorkflow record, int step) {
    return step >= 0
        && step < record.stepCount()
        && record.isGated(step)
        && key(definition, record, key.recordId(), step).equals(key);
  }

  private QueueGate of(String queue) {
    QueueGate gate = last;
    if (gate == null || !gate.queue().equals(queue)) {
      gate = queues.get(queue);
      if (gate == null) {
        gate = new QueueGate(queue, store, flow);
        queues.put(queue, gate);
      }
      last = gate;
    }
    return gate;
  }

  /** What comes now is not of the completion of a handler. */
  void read() {
    runMs = UNKNOWN;
  }

  /** When the handler ran whose completion is being applied, by its worker's clock; 0 if unsaid. */
  void ran(long startedMs, long endedMs) {
    runMs = startedMs > 0 && endedMs >= startedMs ? endedMs - startedMs : UNKNOWN;
  }

  @Override
  public StepHeld.@Nullable Reason hindrance(String queue, int priority) {
    return of(queue).hindrance(priority);
  }

  @Override
  public void changed(String queue, int open, int held) {
    change(queue, open, held, UNKNOWN);
  }

  @Override
  public void ended(String queue, int open, int held) {
    change(queue, open, held, runMs);
    runMs = UNKNOWN; // the others that end with this input are not of that handler
  }

  private void change(String queue, int open, int held, long handlerMs) {
    QueueGate gate = of(queue);
    gate.change(open, held);
    if (open < 0) {
      gate.ended(-open, handlerMs);
      credit(gate);
    }
  }

  /** A step waits; to be called before its record is put. */
  void hold(HeldKey key) {
    Bytes bytes = key.toBytes();
    QueueGate gate = of(key.queue()); // before the step is in the store, where it would be found
    store.put(bytes);
    gate.add(key.priority(), key.tenant(), bytes);
    credit(gate);
  }

  /**
   * Steps of a queue and priority that were taken, and are in the store, have their turns again.
   */
  void readAgain(String queue, int priority) {
    QueueGate gate = of(queue);
    gate.readAgain(priority);
    credit(gate);
  }

  /** A step waits no more; to be called after its record is put. */
  void forget(HeldKey key) {
    store.delete(key.toBytes());
  }

  /** A step that was taken does not wait there: it is forgotten, and its tenant has its turn. */
  void drop(HeldKey key) {
    forget(key);
    of(key.queue()).giveBack(key.priority(), key.tenant());
  }

  private void credit(QueueGate gate) {
    if (!gate.isCredited() && gate.mayRelease()) {
      gate.setCredited(true);
      credited.addLast(gate);
    }
  }

  /** Takes the next step that may go; null when none may. Queues take turns. */
  @Nullable HeldKey take() {
    for (QueueGate gate = credited.pollFirst(); gate != null; gate = credited.pollFirst()) {
      Bytes key = gate.mayRelease() ? gate.take() : null;
      if (key != null) {
        credited.addLast(gate);
        return HeldKey.of(key);
      }
      gate.setCredited(false);
    }
    return null;
  }

  /** Asks how much may be under way at each queue now. */
  void tick() {
    for (int i = 0; i < QUEUES_PER_TICK && !hasLookedUpAll; i++) {
      lookedUp = store.firstQueue(lookedUp);
      hasLookedUpAll = lookedUp == null;
      if (lookedUp != null) {
        of(lookedUp);
      }
    }
    for (QueueGate gate : queues.values()) {
      gate.look();
      credit(gate);
    }
  }

  /** How things stand at each queue that was met. */
  Map<String, QueueState> states(boolean isCounted) {
    Map<String, QueueState> states = HashMap.newHashMap(queues.size());
    queues.forEach((queue, gate) -> states.put(queue, gate.state(isCounted)));
    return states;
  }
}
