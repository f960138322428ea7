package dev.millrace.orchestrator.core.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.schedule.ScheduleState.Status;
import java.time.Instant;

/**
 * Decides what an input does to a schedule. Pure: the same state, input and time give the same
 * decision. Times are epoch milliseconds.
 */
public final class ScheduleDecider {
  private ScheduleDecider() {}

  /**
   * Decides one input.
   *
   * @param scheduleId id of the schedule
   * @param state where it stands
   * @param input what happened
   * @param nowMs what time it is
   */
  public static ScheduleDecision decide(
      String scheduleId, ScheduleState state, ScheduleInput input, long nowMs) {
    try {
      return switch (input) {
        case ScheduleInput.Set set -> set(scheduleId, state, set, nowMs);
        case ScheduleInput.Pause pause -> pause(scheduleId, state, pause, nowMs);
        case ScheduleInput.Resume resume -> resume(scheduleId, state, resume, nowMs);
        case ScheduleInput.Delete delete -> delete(scheduleId, state, nowMs);
        case ScheduleInput.Backfill backfill -> backfill(scheduleId, state, backfill, nowMs);
        case ScheduleInput.Report report -> report(state, report, nowMs);
        case ScheduleInput.Tick tick -> tick(state, nowMs);
      };
    } catch (InvalidScheduleException e) {
      return new ScheduleDecision.Refused(e.reason(), e.text());
    }
  }

  /**
   * When a schedule must be looked at next.
   *
   * @param nowMs what time it is: the answer for one that has more to do at once
   * @return epoch milliseconds, or {@link Recurrence#NEVER}
   * @throws InvalidScheduleException when its time zone is not known here
   */
  public static long wakeAtMs(ScheduleState state, long nowMs) throws InvalidScheduleException {
    if (state.status() != Status.ACTIVE) {
      return Recurrence.NEVER;
    }
    Recurrence recurrence = state.setSpec().recurrence();
    return SlotRun.canGoOn(state) ? nowMs : recurrence.nextAfter(state.cursorMs());
  }

  private static ScheduleDecision set(
      String scheduleId, ScheduleState state, ScheduleInput.Set set, long nowMs)
      throws InvalidScheduleException {
    int idBytes = scheduleId.getBytes(UTF_8).length;
    if (idBytes > ScheduleLimits.ID_BYTES) {
      return new ScheduleDecision.Refused(
          ScheduleRefusal.ID_TOO_LONG,
          "schedule id of %d bytes, at most %d are allowed: the name of a slot is put behind it"
              .formatted(idBytes, ScheduleLimits.ID_BYTES));
    }
    set.spec().checked(nowMs);
    long sinceMs = since(set.atMs(), nowMs);
    SlotRun run = new SlotRun(state, nowMs);
    long cursorMs = sinceMs;
    if (isAlive(state)) {
      run.closeUntil(sinceMs);
      cursorMs = Math.max(sinceMs, run.state().cursorMs());
    }
    run.add(new ScheduleEvent.Set(set.spec(), set.paused(), cursorMs));
    run.goOn();
    return run.accepted();
  }

  private static ScheduleDecision pause(
      String scheduleId, ScheduleState state, ScheduleInput.Pause pause, long nowMs)
      throws InvalidScheduleException {
    if (!isAlive(state)) {
      return unknown(scheduleId);
    }
    SlotRun run = new SlotRun(state, nowMs);
    if (state.status() == Status.ACTIVE) {
      run.closeUntil(since(pause.atMs(), nowMs));
      run.add(new ScheduleEvent.Paused(pause.reason()));
    }
    return run.accepted();
  }

  private static ScheduleDecision resume(
      String scheduleId, ScheduleState state, ScheduleInput.Resume resume, long nowMs)
      throws InvalidScheduleException {
    if (!isAlive(state)) {
      return unknown(scheduleId);
    }
    SlotRun run = new SlotRun(state, nowMs);
    if (state.status() == Status.PAUSED) {
      long cursorMs = Math.max(state.cursorMs(), since(resume.atMs(), nowMs));
      run.add(new ScheduleEvent.Resumed(resume.reason(), cursorMs));
      run.goOn();
    }
    return run.accepted();
  }

  private static ScheduleDecision delete(String scheduleId, ScheduleState state, long nowMs) {
    if (!isAlive(state)) {
      return unknown(scheduleId);
    }
    SlotRun run = new SlotRun(state, nowMs);
    run.add(new ScheduleEvent.Deleted(nowMs));
    return run.accepted();
  }

  private static ScheduleDecision backfill(
      String scheduleId, ScheduleState state, ScheduleInput.Backfill range, long nowMs)
      throws InvalidScheduleException {
    if (!isAlive(state)) {
      return unknown(scheduleId);
    }
    if (range.fromMs() < 0 || range.fromMs() >= range.toMs() || range.toMs() > nowMs) {
      return new ScheduleDecision.Refused(
          ScheduleRefusal.RANGE,
          "from %s to %s: from must be before to and not before 1970, and to not in the future: it is %s"
              .formatted(time(range.fromMs()), time(range.toMs()), time(nowMs)));
    }
    if (state.backfills().size() == ScheduleLimits.BACKFILLS) {
      return new ScheduleDecision.Refused(
          ScheduleRefusal.TOO_MANY_BACKFILLS,
          "%d back-fills are not done yet, no more are taken; wait until one is"
              .formatted(ScheduleLimits.BACKFILLS));
    }
    Recurrence recurrence = state.setSpec().recurrence();
    int most = ScheduleLimits.BACKFILL_SLOTS;
    int slots = SlotRun.count(recurrence, range.fromMs() - 1, range.toMs() - 1, most + 1);
    if (slots == 0 || slots > most) {
      return new ScheduleDecision.Refused(
          ScheduleRefusal.RANGE,
          "from %s to %s there are %s slots; give a range with 1 to %d"
              .formatted(
                  time(range.fromMs()),
                  time(range.toMs()),
                  slots == 0 ? "no" : "more than " + most,
                  most));
    }
    SlotRun run = new SlotRun(state, nowMs);
    run.add(
        new ScheduleEvent.BackfillAccepted(
            range.fromMs(),
            range.toMs(),
            range.overlap() == null ? state.setSpec().overlap() : range.overlap()));
    run.goOn();
    return run.accepted();
  }

  private static ScheduleDecision report(
      ScheduleState state, ScheduleInput.Report report, long nowMs)
      throws InvalidScheduleException {
    SlotRun run = new SlotRun(state, nowMs);
    if (!state.isRunning(report.slotMs()) && state.status() == Status.ACTIVE) {
      // It may have been started in a time line that a crash has ended: start it again, under the
      // same id, so that what it has returned is not lost.
      run.takeDue(nowMs);
      run.goOn();
    }
    if (!run.state().isRunning(report.slotMs())) {
      return new ScheduleDecision.Refused(
          ScheduleRefusal.SLOT_NOT_RUNNING,
          "no workflow of slot %s is running".formatted(Slots.name(report.slotMs())));
    }
    run.end(report);
    run.goOn();
    return run.accepted();
  }

  private static ScheduleDecision tick(ScheduleState state, long nowMs)
      throws InvalidScheduleException {
    SlotRun run = new SlotRun(state, nowMs);
    if (state.status() == Status.ACTIVE) {
      run.takeDue(nowMs);
      run.goOn();
    }
    return run.accepted();
  }

  private static boolean isAlive(ScheduleState state) {
    return state.status() == Status.ACTIVE || state.status() == Status.PAUSED;
  }

  /** When something was asked for, which a record's timestamp says unless that is nonsense. */
  private static long since(long atMs, long nowMs) {
    return atMs < 0 ? nowMs : Math.min(atMs, nowMs);
  }

  private static Instant time(long epochMs) {
    return Instant.ofEpochMilli(epochMs);
  }

  private static ScheduleDecision unknown(String scheduleId) {
    return new ScheduleDecision.Refused(
        ScheduleRefusal.UNKNOWN_SCHEDULE,
        "no schedule '%s' is known; set it first".formatted(scheduleId));
  }
}
