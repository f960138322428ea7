package dev.millrace.perf.load;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the event log says of workflows of one step, which waits for a time: when each timer was due
 * and when the engine acted on it, by the engine's clock. Not thread-safe.
 */
public final class TimerLog extends EventLog {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Map<String, Instant> due = new HashMap<>();
  private final Map<String, Integer> fired = new HashMap<>();
  private final Histogram latenessMs = new Histogram(SIGNIFICANT_DIGITS);
  private long early;

  /** Reads from the beginning of the events topic. */
  public TimerLog(RunPlan plan) {
    super(plan);
  }

  /**
   * Reads on until so many timers are armed.
   *
   * @throws IllegalStateException when they are not at a time
   */
  public void awaitArmed(int timers, Instant latest) throws MalformedRecordException {
    while (due.size() < timers) {
      if (Instant.now().isAfter(latest)) {
        throw new IllegalStateException(
            "%d of %d timers are armed, and the first are due; give them longer with --arm"
                .formatted(due.size(), timers));
      }
      read();
    }
  }

  /**
   * Reads on until so many timers have fired.
   *
   * @throws IllegalStateException when nothing fires for so long
   */
  public void awaitFired(int timers, Duration patience) throws MalformedRecordException {
    int before = fired.size();
    Instant news = Instant.now();
    while (fired.size() < timers) {
      read();
      if (fired.size() > before) {
        before = fired.size();
        news = Instant.now();
      } else if (Instant.now().isAfter(news.plus(patience))) {
        throw new IllegalStateException(
            "%d of %d timers have fired, and then none for %d s"
                .formatted(before, timers, patience.toSeconds()));
      }
    }
  }

  @Override
  void take(String workflowId, WorkflowEvents decided) {
    for (WorkflowEvent event : decided.getEvents()) {
      switch (event.getType()) {
        case STEP_SUSPENDED -> due.put(workflowId, event.getDueAt());
        case STEP_SUCCEEDED -> fire(workflowId, decided.getAt());
        default -> {}
      }
    }
  }

  private void fire(String workflowId, Instant at) {
    Instant dueAt = due.get(workflowId);
    if (dueAt == null) {
      throw new IllegalStateException(
          "timer of '%s' fired, and was not armed".formatted(workflowId));
    }
    if (fired.merge(workflowId, 1, Integer::sum) > 1) {
      return;
    }
    long lateMs = Duration.between(dueAt, at).toMillis();
    early += lateMs < 0 ? 1 : 0;
    latenessMs.recordValue(Math.max(0, lateMs));
  }

  /** How late the engine acted on those that have fired, in milliseconds. */
  public long latenessMs(double percentile) {
    return latenessMs.getValueAtPercentile(percentile);
  }

  /** How many have fired before they were due. */
  public long early() {
    return early;
  }

  /** How many have fired more than once, as far as the log says; after a crash it may say so. */
  public long repeated() {
    return fired.values().stream().filter(times -> times > 1).count();
  }

  /** How many have fired. */
  public int fired() {
    return fired.size();
  }
}
