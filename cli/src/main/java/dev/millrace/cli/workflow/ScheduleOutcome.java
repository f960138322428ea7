package dev.millrace.cli.workflow;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.deadletters.LetterWatch;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Watches what the engine makes of one change of a schedule: events say which record caused them,
 * and so do dead letters. Open it before the change is sent. Not thread-safe.
 */
final class ScheduleOutcome implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * What came of the change.
   *
   * @param isTaken whether the engine has taken it
   * @param lines what it says, for people
   */
  record Verdict(boolean isTaken, List<String> lines) {}

  private final String topic;
  private final String scheduleId;
  private final PartitionReader<WorkflowEvents> events;
  private final LetterWatch letters;

  ScheduleOutcome(Connection connection, String scheduleId, Consumer<String> warnings) {
    this.topic = connection.topics().schedules();
    this.scheduleId = scheduleId;
    this.letters = new LetterWatch(connection);
    try {
      this.events = WorkflowLog.open(connection, scheduleId, false, warnings);
    } catch (RuntimeException e) {
      letters.close();
      throw e;
    }
  }

  /**
   * Waits until it is known.
   *
   * @param offset that the change got in its partition
   * @return empty when nothing was heard of it in time
   */
  Optional<Verdict> await(long offset, Duration limit) {
    long begun = System.nanoTime();
    Optional<Verdict> verdict = Optional.empty();
    while (verdict.isEmpty() && System.nanoTime() - begun < limit.toNanos()) {
      verdict =
          ofEvents(offset)
              .or(
                  () ->
                      letters
                          .find(topic, scheduleId, offset, POLL)
                          .map(letter -> new Verdict(false, List.of(letter))));
    }
    return verdict;
  }

  private Optional<Verdict> ofEvents(long offset) {
    for (PartitionReader.Found<WorkflowEvents> found : events.poll(POLL)) {
      WorkflowEvents record = found.value();
      if (found.key().equals(scheduleId)
          && record.getSource() == EventSource.SCHEDULE
          && record.getSourceOffset() == offset) {
        EventHistory history = new EventHistory();
        history.add(found.offset(), record);
        List<EventHistory.Entry> entries = history.entries();
        return Optional.of(
            new Verdict(
                entries.stream()
                    .noneMatch(each -> each.event().getType() == EventType.CONTROL_REFUSED),
                entries.stream().map(EventText::line).toList()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    try {
      events.close();
    } finally {
      letters.close();
    }
  }
}
