package dev.millrace.orchestrator.flow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many workflows of this engine have begun and not ended, as its stream tasks count them. For a
 * while after a start of a task it is too low: workflows that were there before are counted beside
 * the work. Thread-safe.
 */
public final class OpenWorkflows {
  private final Map<Integer, OfTask> byTask = new ConcurrentHashMap<>();

  /** The count of one stream task, which alone changes it. */
  public static final class OfTask {
    private final AtomicLong open = new AtomicLong();

    private OfTask() {}

    /** So many more are open; negative for fewer. */
    public void change(int more) {
      if (more != 0) {
        open.setRelease(open.getPlain() + more);
      }
    }
  }

  /** The count of the task of a partition, which begins. */
  public OfTask ofTask(int partition) {
    OfTask count = new OfTask();
    byTask.put(partition, count);
    return count;
  }

  /** The task of a partition is not here any more; a younger one of the same partition stays. */
  public void remove(int partition, OfTask count) {
    byTask.remove(partition, count);
  }

  /** Of all tasks of this engine together. */
  public long count() {
    long all = 0;
    for (OfTask each : byTask.values()) {
      all += each.open.getAcquire();
    }
    return all;
  }
}
