package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Steps that wait for a queue under the same limits: those of all its step types, or those of one
 * that has limits of its own. The highest priority goes first. Belongs to one stream task.
 */
final class HeldLane {
  private static final int NOTHING_WAITS = -1;

  private final HeldLevel[] levels = new HeldLevel[HeldKey.HIGHEST_PRIORITY + 1];

  /** What an operator has set; null for nothing. */
  private @Nullable TargetLimits limits;

  /** The highest priority of which steps may wait. */
  private int top;

  /** When a step was last taken, by the count of its queue. */
  private long lastTurn;

  /**
   * A lane.
   *
   * @param name as it is in the keys
   * @param weights of the tenants
   */
  HeldLane(HeldStore store, String name, ToIntFunction<String> weights) {
    top = store.highestPriority(name);
    for (int priority = 0; priority < levels.length; priority++) {
      levels[priority] = new HeldLevel(store, weights, name, priority, priority <= top);
    }
  }

  @Nullable TargetLimits limits() {
    return limits;
  }

  void setLimits(@Nullable TargetLimits newLimits) {
    limits = newLimits;
  }

  /** The highest priority of which steps may wait; less than all for none. */
  int top() {
    return top;
  }

  boolean isEmpty() {
    return top == NOTHING_WAITS;
  }

  /** Whether the limits, if there are any, let a step go now. */
  boolean lets() {
    return limits == null || limits.hindrance() == null;
  }

  /** Something else keeps its steps from going: permits in hand are for others. */
  void giveBack() {
    if (limits != null) {
      limits.giveBack();
    }
  }

  /**
   * Whether its limits are about to let a step go, so that it keeps what others have let through.
   */
  boolean awaitsPermits() {
    return limits != null && limits.awaitsPermits();
  }

  /** Whether steps of a priority wait for their turn, and not for the limits of this lane. */
  boolean isBefore(int priority) {
    return top >= priority && (limits == null || limits.last() == null);
  }

  /** Whether its turn comes before that of another lane. */
  boolean isBefore(HeldLane other) {
    return top > other.top || (top == other.top && lastTurn < other.lastTurn);
  }

  /** A step that is in the store waits. */
  void add(int priority, String tenant, Bytes key) {
    levels[priority].add(tenant, key);
    top = Math.max(top, priority);
  }

  /**
   * Takes the step that is the next to go; null when none waits.
   *
   * @param turn a number that grows
   */
  @Nullable Bytes take(long turn) {
    lastTurn = turn;
    Bytes key = null;
    while (key == null && top > NOTHING_WAITS) {
      key = levels[top].take();
      while (top > NOTHING_WAITS && !levels[top].mayHaveAny()) {
        top--;
      }
    }
    return key;
  }

  /** Steps of a priority that were taken are in the store all the same. */
  void readAgain(int priority) {
    levels[priority].readAgain();
    top = Math.max(top, priority);
  }

  /** The step of a tenant that was taken last was an orphan. */
  void giveBack(int priority, String tenant) {
    levels[priority].giveBack(tenant);
  }

  /** Since when the step waits that has waited longest, of so many tenants of each priority. */
  long oldestMs(int tenants) {
    long oldest = Long.MAX_VALUE;
    for (HeldLevel level : levels) {
      oldest = Math.min(oldest, level.oldestMs(tenants));
    }
    return oldest;
  }
}
