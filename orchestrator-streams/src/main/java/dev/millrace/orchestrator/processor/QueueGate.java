package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueEnds;
import dev.millrace.orchestrator.flow.QueueLimits;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue as a stream task sees it: how many of its attempts are open, and which steps wait for
 * it. A step type for which an operator has set something waits in a lane of its own, so that it
 * does not keep the others from going. Belongs to one stream task.
 */
final class QueueGate {
  private static final Logger LOG = LoggerFactory.getLogger(QueueGate.class);

  /** Of so many tenants at most, the step that waits longest is looked at for reports. */
  private static final int TENANTS_REPORTED = 1_000;

  private static final int NEVER_LOOKED = -1;

  private final String queue;
  private final HeldStore store;
  private final QueueWindows windows;
  private final QueueLimits limits;
  private final QueueEnds ends;
  private final int task;
  private final LongSupplier clock;

  /** All step types but those with lanes of their own, and the limits of the whole queue. */
  private final HeldLane common;

  /** Lanes of step types for which something is or was set. */
  private final Map<String, HeldLane> lanes = new HashMap<>();

  /** How many attempts of each step type are open. */
  private final Map<String, int[]> openByType = new HashMap<>();

  /** Which settings hold. */
  private int version = NEVER_LOOKED;

  private int window;
  private boolean isPaused;

  /** Whether anything is set, for the queue or a step type. */
  private boolean isLimited;

  private int open;
  private int held;
  private long turn;

  /** Whether all that was open and held before the start is counted. */
  private boolean isCounted;

  private boolean hasWarned;

  /** Whether it is among those that may release steps. */
  private boolean isCredited;

  QueueGate(String queue, HeldStore store, FlowControl flow, int task, LongSupplier clock) {
    this.queue = queue;
    this.store = store;
    this.windows = flow.windows();
    this.limits = flow.limits();
    this.ends = flow.report().ends(queue);
    this.task = task;
    this.clock = clock;
    this.common = new HeldLane(store, queue, windows::weight);
    look();
  }

  String queue() {
    return queue;
  }

  /** Asks how much may be under way now. */
  void look() {
    if (version != limits.version()) {
      version = limits.version();
      refresh();
    }
    window = windows.window(queue);
    TargetLimits ofQueue = common.limits();
    isPaused = windows.isPaused(queue) || (ofQueue != null && ofQueue.isPaused());
    if (isLimited) {
      boolean waits = !common.isEmpty();
      for (HeldLane lane : lanes.values()) {
        waits |= !lane.isEmpty();
        look(lane, !lane.isEmpty());
      }
      look(common, waits);
    }
  }

  private static void look(HeldLane lane, boolean waits) {
    TargetLimits ofLane = lane.limits();
    if (ofLane != null) {
      ofLane.look(waits);
    }
  }

  private void refresh() {
    refresh(common, QueueTarget.of(queue), limits.settings(QueueTarget.of(queue)), open);
    Map<String, QueueSettings> ofTypes = limits.ofStepTypes(queue);
    ofTypes.keySet().forEach(this::lane);
    lanes.forEach(
        (type, lane) ->
            refresh(
                lane,
                new QueueTarget(queue, type),
                ofTypes.getOrDefault(type, QueueSettings.NONE),
                openOf(type)[0]));
    lanes.values().removeIf(lane -> lane.limits() == null && lane.isEmpty());
    isLimited = common.limits() != null || !lanes.isEmpty();
  }

  private void refresh(HeldLane lane, QueueTarget target, QueueSettings settings, int ofThose) {
    TargetLimits former = lane.limits();
    if (settings.equals(QueueSettings.NONE)) {
      lane.setLimits(null);
    } else if (former == null) {
      lane.setLimits(new TargetLimits(limits, target, task, clock, ofThose));
    } else {
      former.refresh(settings);
    }
  }

  /** Steps of a type wait, or shall wait, in a lane of their own. */
  HeldLane lane(String type) {
    isLimited = true;
    return lanes.computeIfAbsent(
        type, name -> new HeldLane(store, HeldKey.lane(queue, name), windows::weight));
  }

  /** Whether a step type has something set for it. */
  private @Nullable TargetLimits limitsOf(String type) {
    HeldLane lane = lanes.get(type);
    return lane == null ? null : lane.limits();
  }

  /** Whether steps of a type are to wait in a lane of their own. */
  boolean hasLane(String type) {
    return isLimited && limitsOf(type) != null;
  }

  StepHeld.@Nullable Reason hindrance(String type, int priority) {
    if (isPaused) {
      return StepHeld.Reason.QUEUE_PAUSED;
    }
    StepHeld.Reason reason = isLimited ? limit(type, priority) : null;
    if (reason == null && (open >= window || common.top() >= priority)) {
      each(type, TargetLimits::giveBack);
      reason = StepHeld.Reason.QUEUE;
    }
    return reason;
  }

  private StepHeld.@Nullable Reason limit(String type, int priority) {
    TargetLimits ofQueue = common.limits();
    StepHeld.Reason reason = ofQueue == null ? null : ofQueue.hindrance();
    TargetLimits ofType = limitsOf(type);
    if (reason == null && ofType != null) {
      reason = ofType.hindrance();
      if (reason != null) {
        common.giveBack();
      }
    }
    if (reason == null && isBehindALane(priority)) {
      each(type, TargetLimits::giveBack);
      reason = StepHeld.Reason.QUEUE;
    }
    return reason;
  }

  private boolean isBehindALane(int priority) {
    for (HeldLane lane : lanes.values()) {
      if (lane.isBefore(priority)) {
        return true;
      }
    }
    return false;
  }

  /** Why a step whose turn it is in the common lane has to wait in that of its type. */
  StepHeld.@Nullable Reason hindranceOfType(String type) {
    TargetLimits ofType = isLimited ? limitsOf(type) : null;
    return ofType == null ? null : ofType.hindrance();
  }

  void change(String type, int moreOpen, int moreHeld) {
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
    if (moreOpen != 0) {
      int[] ofType = openOf(type);
      ofType[0] = Math.max(0, ofType[0] + moreOpen);
      if (isLimited) {
        each(type, lane -> lane.opened(moreOpen));
      }
    }
  }

  private int[] openOf(String type) {
    return openByType.computeIfAbsent(type, name -> new int[1]);
  }

  private void each(String type, Consumer<TargetLimits> action) {
    TargetLimits ofQueue = common.limits();
    if (ofQueue != null) {
      action.accept(ofQueue);
    }
    TargetLimits ofType = limitsOf(type);
    if (ofType != null) {
      action.accept(ofType);
    }
  }

  /** A command of a step type is sent. */
  void sent(String type) {
    if (isLimited) {
      each(type, TargetLimits::sent);
    }
  }

  /** An attempt of a step type has succeeded or failed. */
  void judged(String type, boolean isFailed) {
    if (isLimited) {
      each(type, ofTarget -> ofTarget.ended(isFailed));
    }
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
  void add(HeldKey key, Bytes bytes) {
    HeldLane lane = key.isInLane() ? lane(HeldKey.laneType(key.queue())) : common;
    lane.add(key.priority(), key.tenant(), bytes);
  }

  /** Whether a step that waits may go; if so the permits for it are in hand. */
  boolean mayRelease() {
    if (open >= window || isPaused) {
      return false;
    }
    return isLimited ? mayReleaseWithinLimits() : !common.isEmpty();
  }

  /** Permits of the whole queue are asked for last, and only for a step that could use them. */
  private boolean mayReleaseWithinLimits() {
    HeldLane next = next();
    if (next == null) {
      return false;
    }
    boolean mayGo = common.lets();
    if (!mayGo && next != common && !common.awaitsPermits()) {
      next.giveBack();
    }
    return mayGo;
  }

  boolean isCredited() {
    return isCredited;
  }

  void setCredited(boolean credited) {
    isCredited = credited;
  }

  /** Takes the step that is the next to go; null when none may. */
  @Nullable Bytes take() {
    turn++;
    if (!isLimited) {
      return common.take(turn);
    }
    Bytes key = null;
    for (HeldLane lane = next(); lane != null && key == null; lane = key == null ? next() : null) {
      key = lane.take(turn);
    }
    return key;
  }

  /** The lane whose turn it is: of those that may go, the one with the highest priority. */
  private @Nullable HeldLane next() {
    HeldLane next = common.isEmpty() ? null : common;
    for (HeldLane lane : lanes.values()) {
      boolean isFirst = !lane.isEmpty() && (next == null || lane.isBefore(next));
      if (isFirst && lane.lets()) {
        if (next != null && next != common) {
          next.giveBack();
        }
        next = lane;
      }
    }
    return next;
  }

  /** Steps of a priority that were taken, in a lane, are in the store all the same. */
  void readAgain(String type, int priority) {
    (type.isEmpty() ? common : lane(type)).readAgain(priority);
  }

  /** The step of a tenant that was taken last, in a lane, was an orphan. */
  void giveBack(String type, int priority, String tenant) {
    (type.isEmpty() ? common : lane(type)).giveBack(priority, tenant);
  }

  QueueState state(boolean isAllCounted) {
    isCounted = isAllCounted;
    long oldest = common.oldestMs(TENANTS_REPORTED);
    Map<String, StepHeld.Reason> reasons = new HashMap<>();
    int openBreakers = report(common, "", reasons);
    for (Map.Entry<String, HeldLane> lane : lanes.entrySet()) {
      oldest = Math.min(oldest, lane.getValue().oldestMs(TENANTS_REPORTED));
      openBreakers += report(lane.getValue(), lane.getKey(), reasons);
    }
    long oldestMs = oldest == Long.MAX_VALUE ? 0 : oldest;
    return new QueueState(open, held, window, isPaused, oldestMs, isCounted, openBreakers, reasons);
  }

  private static int report(HeldLane lane, String type, Map<String, StepHeld.Reason> reasons) {
    TargetLimits ofLane = lane.limits();
    StepHeld.Reason last = ofLane == null ? null : ofLane.last();
    if (last != null) {
      reasons.put(type, last);
    }
    return ofLane != null && ofLane.isBreakerOpen() ? 1 : 0;
  }
}
