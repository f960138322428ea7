package dev.millrace.orchestrator.flow;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How things stand at the queues, as the stream tasks of this engine say four times a second.
 * Thread-safe.
 */
public final class QueueReport {
  private final Map<Integer, Map<String, QueueState>> byTask = new ConcurrentHashMap<>();
  private final Map<String, QueueEnds> ends = new ConcurrentHashMap<>();
  private final OpenWorkflows workflows = new OpenWorkflows();

  /** Where the tasks count their workflows. */
  public OpenWorkflows workflows() {
    return workflows;
  }

  /** Where the tasks count the attempts of a queue that end. */
  public QueueEnds ends(String queue) {
    return ends.computeIfAbsent(queue, name -> new QueueEnds());
  }

  /** Tasks of this engine whose window for a queue is at least half full. */
  int fullTasks(String queue) {
    int full = 0;
    for (Map<String, QueueState> ofTask : byTask.values()) {
      QueueState state = ofTask.get(queue);
      full += state != null && 2 * state.open() >= state.window() ? 1 : 0;
    }
    return full;
  }

  /** How things stand in the task of a partition now. */
  public void publish(int partition, Map<String, QueueState> queues) {
    byTask.put(partition, Map.copyOf(queues));
  }

  /** The task of a partition is not here any more. */
  public void remove(int partition) {
    byTask.remove(partition);
  }

  /** All queues that were met, of all tasks of this engine together, by name. */
  public Map<String, QueueState> queues() {
    Map<String, QueueState> all = new TreeMap<>();
    for (Map<String, QueueState> ofTask : byTask.values()) {
      ofTask.forEach((queue, state) -> all.merge(queue, state, QueueState::plus));
    }
    return all;
  }

  /** One queue in the task of a partition; empty when that has not met it, or is not here. */
  public Optional<QueueState> queue(int partition, String queue) {
    return Optional.ofNullable(byTask.getOrDefault(partition, Map.of()).get(queue));
  }

  /** One queue, of all tasks of this engine together; empty when no task has met it. */
  public Optional<QueueState> queue(String queue) {
    return byTask.values().stream()
        .flatMap(ofTask -> Optional.ofNullable(ofTask.get(queue)).stream())
        .reduce(QueueState::plus);
  }
}
