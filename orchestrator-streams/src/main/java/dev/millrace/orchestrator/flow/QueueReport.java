package dev.millrace.orchestrator.flow;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * How things stand at the queues, as the stream tasks of this engine say about once a second.
 * Thread-safe.
 */
public final class QueueReport {
  private final Map<Integer, Map<String, QueueState>> byTask = new ConcurrentHashMap<>();
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();
  private final Consumer<String> onNew;

  /**
   * A report to which no task has added anything.
   *
   * @param onNew told of each queue when it is first met, by any thread
   */
  public QueueReport(Consumer<String> onNew) {
    this.onNew = onNew;
  }

  /** A report that tells nobody of new queues. */
  public QueueReport() {
    this(queue -> {});
  }

  /** How things stand in the task of a partition now. */
  public void publish(int partition, Map<String, QueueState> queues) {
    byTask.put(partition, Map.copyOf(queues));
    for (String queue : queues.keySet()) {
      if (known.putIfAbsent(queue, true) == null) {
        onNew.accept(queue);
      }
    }
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

  /** One queue, of all tasks of this engine together; empty when no task has met it. */
  public Optional<QueueState> queue(String queue) {
    return byTask.values().stream()
        .flatMap(ofTask -> Optional.ofNullable(ofTask.get(queue)).stream())
        .reduce(QueueState::plus);
  }
}
