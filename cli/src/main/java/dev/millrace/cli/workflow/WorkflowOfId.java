package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.wire.EventHistory;
import java.util.List;
import java.util.Optional;

/**
 * One of the workflows that have had an id, one after the other, and whose starts are in the log.
 *
 * @param number which one, from 1
 * @param count how many there are
 * @param start what its start says
 * @param formerAttempts the highest attempt of any step of those before
 * @param events its own, without those of branches, from its start on
 */
record WorkflowOfId(
    int number, int count, StartDetail start, int formerAttempts, List<EventHistory.Entry> events) {

  /**
   * The workflow that had the id at a point in the log; empty when the log does not have its start.
   *
   * @param log all events of the id, without those of branches
   * @param until those until the point
   */
  static Optional<WorkflowOfId> at(List<EventHistory.Entry> log, List<EventHistory.Entry> until) {
    List<EventHistory.Entry> starts = starts(log);
    int number = starts(until).size();
    if (number == 0) {
      return Optional.empty();
    }
    EventHistory.Entry first = starts.get(number - 1);
    StartDetail start = first.event().getStart();
    if (start == null) {
      return Optional.empty();
    }
    long next = number < starts.size() ? starts.get(number).sequence() : Long.MAX_VALUE;
    return Optional.of(
        new WorkflowOfId(
            number,
            starts.size(),
            start,
            formerAttempts(log, first.sequence(), next),
            until.stream().filter(entry -> entry.sequence() >= first.sequence()).toList()));
  }

  private static List<EventHistory.Entry> starts(List<EventHistory.Entry> events) {
    return events.stream()
        .filter(entry -> entry.event().getType() == EventType.WORKFLOW_STARTED)
        .toList();
  }

  /**
   * The first attempt of each step is one more, which tells it where the log has lost what was
   * before. Of a workflow that has had no attempt, the highest that the log has of those before.
   */
  private static int formerAttempts(List<EventHistory.Entry> log, long first, long next) {
    if (first == 0) {
      return 0;
    }
    int highest =
        log.stream()
            .filter(entry -> entry.sequence() < first)
            .mapToInt(entry -> entry.event().getAttempt())
            .max()
            .orElse(0);
    return log.stream()
        .filter(entry -> entry.sequence() >= first && entry.sequence() < next)
        .filter(entry -> AttemptReport.begins(entry.event().getType()))
        .mapToInt(entry -> entry.event().getAttempt() - 1)
        .min()
        .orElse(highest);
  }

  /** Has a history that has nothing yet begin with it. */
  void begin(WorkflowHistory history) {
    history.follow(events.getFirst().sequence(), formerAttempts);
  }

  /** Which one it is, where there are several; else empty. */
  String place() {
    return count == 1 ? "" : "%d of %d in the log".formatted(number, count);
  }
}
