package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.schedule.ScheduleEvent.SkipReason;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Range;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Running;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Status;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One decision about a schedule in the making: each event is applied as it is decided. */
final class SlotRun {
  private final long nowMs;
  private final List<ScheduleEvent> events = new ArrayList<>();
  private final List<ScheduleEffect> effects = new ArrayList<>();
  private ScheduleState state;
  private int left = ScheduleLimits.SLOTS_AT_ONCE;

  SlotRun(ScheduleState state, long nowMs) {
    this.state = state;
    this.nowMs = nowMs;
  }

  ScheduleState state() {
    return state;
  }

  void add(ScheduleEvent event) {
    events.add(event);
    state = ScheduleEvolver.evolve(state, event);
  }

  ScheduleDecision.Accepted accepted() {
    return new ScheduleDecision.Accepted(state, events, effects);
  }

  /** Takes the slots up to a time, or gives them up where they are too many for one decision. */
  void closeUntil(long untilMs) throws InvalidScheduleException {
    if (state.status() == Status.ACTIVE) {
      Recurrence recurrence = takeDue(untilMs);
      if (recurrence.nextAfter(state.cursorMs()) <= untilMs) {
        miss(recurrence, untilMs);
      }
    }
  }

  /** Takes the slots up to a time; those beyond the catch-up window are missed. */
  Recurrence takeDue(long untilMs) throws InvalidScheduleException {
    ScheduleSpec spec = state.setSpec();
    Recurrence recurrence = spec.recurrence();
    long windowMs = nowMs - spec.catchUpMs();
    if (recurrence.nextAfter(state.cursorMs()) < windowMs) {
      miss(recurrence, windowMs - 1);
    }
    long slotMs = recurrence.nextAfter(state.cursorMs());
    while (slotMs <= untilMs && left > 0) {
      left--;
      take(slotMs, SlotOrigin.DUE, spec.overlap());
      slotMs = recurrence.nextAfter(slotMs);
    }
    return recurrence;
  }

  private void miss(Recurrence recurrence, long untilMs) {
    long firstMs = recurrence.nextAfter(state.cursorMs());
    int count = count(recurrence, state.cursorMs(), untilMs, ScheduleLimits.MISSED_COUNTED);
    add(new ScheduleEvent.SlotsMissed(firstMs, untilMs, count));
  }

  /** How many slots there are after one time and up to another; not more than some are counted. */
  static int count(Recurrence recurrence, long afterMs, long untilMs, int most) {
    int count = 0;
    long slotMs = recurrence.nextAfter(afterMs);
    while (slotMs <= untilMs && count < most) {
      count++;
      slotMs = recurrence.nextAfter(slotMs);
    }
    return count;
  }

  /** Whether there is something to do without waiting for time or for an end. */
  static boolean canGoOn(ScheduleState state) {
    boolean idle = state.running().isEmpty();
    if (idle && !state.waiting().isEmpty()) {
      return true;
    }
    return !state.backfills().isEmpty()
        && (state.backfills().getFirst().overlap() != OverlapPolicy.QUEUE || isIdle(state));
  }

  private static boolean isIdle(ScheduleState state) {
    return state.running().isEmpty() && state.waiting().isEmpty();
  }

  /** Starts what has waited, and goes on with back-fills, as far as that is possible now. */
  void goOn() throws InvalidScheduleException {
    if (state.status() != Status.ACTIVE || !canGoOn(state)) {
      return;
    }
    Recurrence recurrence = state.setSpec().recurrence();
    while (left > 0 && canGoOn(state)) {
      left--;
      if (state.running().isEmpty() && !state.waiting().isEmpty()) {
        start(state.waiting().getFirst(), SlotOrigin.WAITING);
      } else {
        Range range = state.backfills().getFirst();
        long slotMs = recurrence.nextAfter(range.fromMs() - 1);
        if (slotMs < range.toMs()) {
          take(slotMs, SlotOrigin.BACKFILL, range.overlap());
        } else {
          add(new ScheduleEvent.BackfillDone());
        }
      }
    }
  }

  private void take(long slotMs, SlotOrigin origin, OverlapPolicy overlap) {
    if (state.isRunning(slotMs) || state.waiting().contains(slotMs)) {
      skip(slotMs, origin, SkipReason.ALREADY_TAKEN);
    } else if (isIdle(state)) {
      start(slotMs, origin);
    } else {
      switch (overlap) {
        case SKIP -> skip(slotMs, origin, SkipReason.OVERLAP);
        case QUEUE -> queue(slotMs, origin);
        case ALLOW -> {
          if (state.running().size() < ScheduleLimits.RUNNING) {
            start(slotMs, origin);
          } else {
            skip(slotMs, origin, SkipReason.TOO_MANY_RUNNING);
          }
        }
        case CANCEL_PREVIOUS -> {
          cancelRunning();
          state.waiting().forEach(each -> skip(each, SlotOrigin.WAITING, SkipReason.REPLACED));
          queue(slotMs, origin);
        }
      }
    }
  }

  private void cancelRunning() {
    for (Running each : state.running()) {
      if (!each.cancelled()) {
        add(new ScheduleEvent.CancelRequested(each.slotMs()));
        effects.add(new ScheduleEffect.CancelSlot(each.slotMs()));
      }
    }
  }

  private void queue(long slotMs, SlotOrigin origin) {
    if (state.waiting().size() < ScheduleLimits.WAITING) {
      add(new ScheduleEvent.SlotQueued(slotMs, origin));
    } else {
      skip(slotMs, origin, SkipReason.QUEUE_FULL);
    }
  }

  private void skip(long slotMs, SlotOrigin origin, SkipReason reason) {
    add(new ScheduleEvent.SlotSkipped(slotMs, origin, reason));
  }

  private void start(long slotMs, SlotOrigin origin) {
    ScheduleSpec spec = state.setSpec();
    Payload carried = spec.carry() ? state.carried() : null;
    effects.add(
        new ScheduleEffect.StartSlot(slotMs, spec, carried == null ? spec.input() : carried));
    add(new ScheduleEvent.SlotStarted(slotMs, origin));
  }

  /** Takes note of an end. */
  void end(ScheduleInput.Report report) {
    Failure failure = report.failure();
    Payload carried = null;
    if (failure == null && state.setSpec().carry()) {
      carried = report.output();
      failure = unlessTooLarge(carried);
    }
    add(new ScheduleEvent.SlotEnded(report.slotMs(), failure == null ? carried : null, failure));
  }

  private static @Nullable Failure unlessTooLarge(@Nullable Payload output) {
    if (output == null || output.data().length <= ScheduleLimits.CARRIED_BYTES) {
      return null;
    }
    return new Failure(
        Failure.OUTPUT_TOO_LARGE,
        "output of %d bytes, at most %d can be carried to the next slot; return a reference"
            .formatted(output.data().length, ScheduleLimits.CARRIED_BYTES),
        false);
  }
}
