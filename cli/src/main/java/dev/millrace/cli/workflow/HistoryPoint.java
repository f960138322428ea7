package dev.millrace.cli.workflow;

import dev.millrace.schemas.wire.EventHistory;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** A point in the history of a workflow. */
sealed interface HistoryPoint {
  /** Where the log ends. */
  record Now() implements HistoryPoint {
    @Override
    public List<EventHistory.Entry> until(List<EventHistory.Entry> log) {
      return log;
    }

    @Override
    public boolean isBehind(EventHistory.Entry last) {
      return false;
    }
  }

  /**
   * Behind an event of the workflow. Events of branches have numbers of their own; those that lie
   * in the log before the workflow's next event are before this point.
   *
   * @param sequence number of the event
   */
  record BehindEvent(long sequence) implements HistoryPoint {
    @Override
    public List<EventHistory.Entry> until(List<EventHistory.Entry> log) {
      for (int i = 0; i < log.size(); i++) {
        if (log.get(i).scope().isEmpty() && log.get(i).sequence() > sequence) {
          return log.subList(0, i);
        }
      }
      return log;
    }

    @Override
    public boolean isBehind(EventHistory.Entry last) {
      return last.sequence() < sequence;
    }
  }

  /**
   * A time; what was decided in its millisecond is before it.
   *
   * @param time of the engine's clock
   */
  record AtTime(Instant time) implements HistoryPoint {
    @Override
    public List<EventHistory.Entry> until(List<EventHistory.Entry> log) {
      return log.stream().filter(entry -> !entry.at().isAfter(time)).toList();
    }

    @Override
    public boolean isBehind(EventHistory.Entry last) {
      return last.at().isBefore(time);
    }
  }

  /**
   * The point that a text names: the number of an event, a time such as 2026-11-21T10:00:00Z, or
   * nothing for the end of the log.
   *
   * @throws DateTimeException when it is none of these
   */
  static HistoryPoint of(String text) {
    if (text.isEmpty()) {
      return new Now();
    }
    return text.matches("[0-9]{1,18}")
        ? new BehindEvent(Long.parseLong(text, 10))
        : new AtTime(OffsetDateTime.parse(text).toInstant());
  }

  /** The events of a workflow's log, those of branches too, that happened until this point. */
  List<EventHistory.Entry> until(List<EventHistory.Entry> log);

  /** Whether it is later than the last event of the workflow. */
  boolean isBehind(EventHistory.Entry last);
}
