package dev.millrace.cli.run;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What happened to one workflow: the engine's decisions and the workers' reports. */
public final class WorkflowRun {
  private record AttemptId(String step, int attempt) {}

  private final EventHistory history = new EventHistory();
  private final Map<AttemptId, HandlerRun> handlerRuns = new LinkedHashMap<>();

  /** Takes the next record of the events topic. */
  public void add(long offset, WorkflowEvents record) {
    history.add(offset, record);
  }

  /** Takes a report; of several on one attempt the first counts, as it does for the engine. */
  public void add(StepCompletion completion) {
    handlerRuns.putIfAbsent(
        new AttemptId(completion.getStep(), completion.getAttempt()),
        new HandlerRun(
            completion.getStep(),
            completion.getAttempt(),
            completion.getStartedAt(),
            completion.getEndedAt()));
  }

  /** The valid events in order. */
  public List<EventHistory.Entry> events() {
    return history.entries();
  }

  /** The events of a type, in order. */
  public List<EventHistory.Entry> events(EventType type) {
    return history.entries().stream().filter(entry -> entry.event().getType() == type).toList();
  }

  /** All calls of handlers, in no order. */
  public Collection<HandlerRun> handlerRuns() {
    return Collections.unmodifiableCollection(handlerRuns.values());
  }

  /** The call of a handler for one attempt, if it was reported. */
  public Optional<HandlerRun> handlerRun(String step, int attempt) {
    return Optional.ofNullable(handlerRuns.get(new AttemptId(step, attempt)));
  }

  /** How the workflow ended, if it has: its last event. */
  public Optional<EventHistory.Entry> end() {
    List<EventHistory.Entry> entries = history.entries();
    return entries.isEmpty()
        ? Optional.empty()
        : Optional.of(entries.getLast()).filter(EventHistory.Entry::endsWorkflow);
  }

  /** Whether it ended once and nothing happened after. */
  public boolean hasEndedOnce() {
    long ends = history.entries().stream().filter(EventHistory.Entry::endsWorkflow).count();
    return ends == 1 && end().isPresent() && history.gaps().isEmpty();
  }

  /** What a step returned, if it succeeded and returned something. */
  public Optional<Payload> output(String step) {
    return events(EventType.STEP_SUCCEEDED).stream()
        .filter(entry -> entry.event().getStep().equals(step))
        .flatMap(entry -> Stream.ofNullable(entry.event().getPayload()))
        .findFirst();
  }
}
