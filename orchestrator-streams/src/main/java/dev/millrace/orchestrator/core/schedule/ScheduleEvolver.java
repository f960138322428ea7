package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.schedule.ScheduleState.Counts;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Range;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Running;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Status;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies events to schedules: the only code that makes a next state. Stateless. */
public final class ScheduleEvolver {
  private ScheduleEvolver() {}

  /** The state that an event leads to. */
  public static ScheduleState evolve(ScheduleState state, ScheduleEvent event) {
    Draft next = new Draft(state);
    switch (event) {
      case ScheduleEvent.Set set -> {
        if (state.status() == Status.DELETED) {
          next.forget();
        }
        next.status = set.paused() ? Status.PAUSED : Status.ACTIVE;
        next.spec = set.spec();
        next.cursorMs = set.cursorMs();
        next.deletedAtMs = 0;
        next.carried = set.spec().carry() ? next.carried : null;
      }
      case ScheduleEvent.Paused paused -> next.status = Status.PAUSED;
      case ScheduleEvent.Resumed resumed -> {
        next.status = Status.ACTIVE;
        next.cursorMs = resumed.cursorMs();
      }
      case ScheduleEvent.Deleted deleted -> {
        next.status = Status.DELETED;
        next.deletedAtMs = deleted.atMs();
        next.running.clear();
        next.waiting.clear();
        next.backfills.clear();
        next.carried = null;
      }
      case ScheduleEvent.Refused refused -> {
        // it only takes a sequence number
      }
      case ScheduleEvent.BackfillAccepted range ->
          next.backfills.add(new Range(range.fromMs(), range.toMs(), range.overlap()));
      case ScheduleEvent.BackfillDone done -> next.backfills.removeFirst();
      case ScheduleEvent.SlotStarted slot -> {
        next.turn(slot.slotMs(), slot.origin());
        next.running.add(new Running(slot.slotMs(), false));
        next.started++;
      }
      case ScheduleEvent.SlotQueued slot -> {
        next.turn(slot.slotMs(), slot.origin());
        next.waiting.add(slot.slotMs());
      }
      case ScheduleEvent.SlotSkipped slot -> {
        next.turn(slot.slotMs(), slot.origin());
        next.skipped++;
      }
      case ScheduleEvent.SlotsMissed slots -> {
        next.cursorMs = slots.cursorMs();
        next.missed += slots.count();
      }
      case ScheduleEvent.CancelRequested cancel ->
          next.running.replaceAll(
              each -> each.slotMs() == cancel.slotMs() ? new Running(each.slotMs(), true) : each);
      case ScheduleEvent.SlotEnded ended -> next.end(ended);
    }
    return next.state();
  }

  /** A state in the making. */
  private static final class Draft {
    private Status status;
    private @Nullable ScheduleSpec spec;
    private final long nextSequence;
    private long cursorMs;
    private long deletedAtMs;
    private final List<Running> running;
    private final List<Long> waiting;
    private final List<Range> backfills;
    private @Nullable Payload carried;
    private long started;
    private long skipped;
    private long missed;
    private long succeeded;
    private long failed;

    Draft(ScheduleState former) {
      status = former.status();
      spec = former.spec();
      nextSequence = former.nextSequence() + 1;
      cursorMs = former.cursorMs();
      deletedAtMs = former.deletedAtMs();
      running = new ArrayList<>(former.running());
      waiting = new ArrayList<>(former.waiting());
      backfills = new ArrayList<>(former.backfills());
      carried = former.carried();
      Counts counts = former.counts();
      started = counts.started();
      skipped = counts.skipped();
      missed = counts.missed();
      succeeded = counts.succeeded();
      failed = counts.failed();
    }

    /** A schedule made again counts from the beginning. */
    void forget() {
      started = 0;
      skipped = 0;
      missed = 0;
      succeeded = 0;
      failed = 0;
    }

    /** Takes a slot from where it came. */
    void turn(long slotMs, SlotOrigin origin) {
      switch (origin) {
        case DUE -> cursorMs = slotMs;
        case WAITING -> waiting.remove(slotMs);
        case BACKFILL -> {
          Range first = backfills.getFirst();
          backfills.set(0, new Range(slotMs + 1, first.toMs(), first.overlap()));
        }
      }
    }

    void end(ScheduleEvent.SlotEnded ended) {
      running.removeIf(each -> each.slotMs() == ended.slotMs());
      if (ended.failure() == null) {
        succeeded++;
      } else {
        failed++;
      }
      if (ended.output() != null) {
        carried = ended.output();
      }
    }

    ScheduleState state() {
      return new ScheduleState(
          status,
          spec,
          nextSequence,
          cursorMs,
          deletedAtMs,
          running,
          waiting,
          backfills,
          carried,
          new Counts(started, skipped, missed, succeeded, failed));
    }
  }
}
