package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueEnds;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue as a stream task sees it: how many of its attempts are open, and which steps wait for
 * it. Belongs to one stream task.
 */
final class QueueGate {
  private static final Logger LOG = LoggerFactory.getLogger(QueueGate.class);
  private static final int NOTHING_WAITS = -1;

  /** Of so many tenants at most, the step that waits longest is looked at for reports. */
  private static final int TENANTS_REPORTED = 1_000;

  private final String queue;
  private final QueueWindows windows;
  private final QueueEnds ends;
  private final HeldLevel[] levels = new HeldLevel[HeldKey.HIGHEST_PRIORITY + 1];

  /** The highest priority of which steps may wait. */
  private int top;

  private int window;
  private boolean isPaused;
  private int open;
  private int held;

  /** Whether all that was open and held before the start is counted. */
  private boolean isCounted;

  private boolean hasWarned;

  /** Whether it is among those that may release steps. */
  private boolean isCredited;

  QueueGate(String queue, HeldStore store, FlowControl flow) {
    this.queue = queue;
    this.windows = flow.windows();
    this.ends = flow.report().ends(queue);
    top = store.highestPriority(queue);
    for (int priority = 0; priority < levels.length; priority++) {
      levels[priority] = new HeldLevel(store, windows::weight, queue, priority, priority <= top);
    }
    look();
  }

  String queue() {
    return queue;
  }

  /** Asks how much may be under way now. */
  void look() {
    window = windows.window(queue);
    isPaused = windows.isPaused(queue);
  }

  StepHeld.@Nullable Reason hindrance(int priority) {
    if (isPaused) {
      return StepHeld.Reason.QUEUE_PAUSED;
    }
    return open >= window || top >= priority ? StepHeld.Reason.QUEUE : null;
  }

  void change(int moreOpen, int moreHeld) {
    if (isCounted && !hasWarned && (open + moreOpen < 0 || held + moreHeld < 0)) {
      hasWarned = true;
      LOG.warn(
          "more of queue {} has ended than was counted: {} open and {} held, then {} and {} more",
          queue,
          open,
          held,
          moreOpen,
          moreHeld);
    }
    open = Math.max(0, open + moreOpen);
    held = Math.max(0, held + moreHeld);
  }

  /** Attempts have ended; of one it may be known how long its handler ran, in milliseconds. */
  void ended(int attempts, long runMs) {
    if (attempts == 1 && runMs >= 0) {
      ends.addRun(runMs);
    } else {
      ends.add(attempts);
    }
  }

  /** A step that is in the store waits. */
  void add(int priority, String tenant, Bytes key) {
    levels[priority].add(tenant, key);
    top = Math.max(top, priority);
  }

  /** Whether a step that waits may go. */
  boolean mayRelease() {
    return top > NOTHING_WAITS && open < window && !isPaused;
  }

  boolean isCredited() {
    return isCredited;
  }

  void setCredited(boolean credited) {
    isCredited = credited;
  }

  /** Takes the step that is the next to go; null when none waits. */
  @Nullable Bytes take() {
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

  QueueState state(boolean isAllCounted) {
    isCounted = isAllCounted;
    long oldest = Long.MAX_VALUE;
    for (HeldLevel level : levels) {
      oldest = Math.min(oldest, level.oldestMs(TENANTS_REPORTED));
    }
    long oldestMs = oldest == Long.MAX_VALUE ? 0 : oldest;
    return new QueueState(open, held, window, isPaused, oldestMs, isCounted);
  }
}
