package dev.millrace.orchestrator.flow;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * The gauges of queues: of the first {@value #QUEUES_MAX} by name each has its own, the others
 * together are {@code other}. Not thread-safe; the gauges are.
 */
public final class QueueMeters {
  /** Most queues with gauges of their own. */
  public static final int QUEUES_MAX = 200;

  private static final String PREFIX = "millrace.queue.";
  private static final String QUEUE = "queue";
  private static final String OTHER = "other";
  private static final double MS_PER_SECOND = 1_000;

  private final Backlog backlog;
  private final int queuesMax;
  private final MultiGauge lag;
  private final MultiGauge held;
  private final MultiGauge open;
  private final MultiGauge window;
  private final MultiGauge oldestAge;
  private final MultiGauge sampleAge;
  private final MultiGauge paused;
  private final MultiGauge openBreakers;
  private Set<String> known = Set.of();

  public QueueMeters(MeterRegistry registry, Backlog backlog) {
    this(registry, backlog, QUEUES_MAX);
  }

  /** With another cap. */
  QueueMeters(MeterRegistry registry, Backlog backlog, int queuesMax) {
    this.backlog = backlog;
    this.queuesMax = queuesMax;
    lag = gauge(registry, "lag", "Commands in the topic of a queue that no worker has finished.");
    held =
        gauge(
            registry, "held", "Ready steps that this engine holds back from the topic of a queue.");
    open = gauge(registry, "open", "Attempts that are open, of this engine.");
    window =
        gauge(
            registry,
            "window",
            "Most attempts that may be open, in all tasks of this engine together.");
    oldestAge = age(registry, "oldest.age", "For how long the oldest of the held steps is held.");
    sampleAge =
        age(
            registry,
            "lag.age",
            "How old the lag of a queue is; more than an interval if the last look failed.");
    paused = gauge(registry, "paused", "1 while an operator has paused a queue, else 0.");
    openBreakers =
        gauge(
            registry,
            "breakers.open",
            "Breakers that hold back commands of a queue, each in one task of this engine.");
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(PREFIX + name).description(description).register(registry);
  }

  private static MultiGauge age(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(PREFIX + name)
        .description(description)
        .baseUnit("seconds")
        .register(registry);
  }

  /** Gives new queues their gauges, and takes away those of queues that are gone. */
  public void refresh() {
    Set<String> queues = backlog.queues();
    if (queues.equals(known)) {
      return;
    }
    List<String> names = List.copyOf(new TreeSet<>(queues));
    List<String> own = names.subList(0, Math.min(queuesMax, names.size()));
    List<String> others = names.subList(own.size(), names.size());
    register(lag, own, others, backlog::lag, true);
    register(held, own, others, queue -> backlog.state(queue).held(), true);
    register(open, own, others, queue -> backlog.state(queue).open(), true);
    register(window, own, others, queue -> backlog.state(queue).window(), true);
    register(oldestAge, own, others, queue -> backlog.oldestAgeMs(queue) / MS_PER_SECOND, false);
    register(sampleAge, own, others, queue -> backlog.lagAgeMs(queue) / MS_PER_SECOND, false);
    register(paused, own, others, queue -> backlog.isPaused(queue) ? 1 : 0, true);
    register(openBreakers, own, others, queue -> backlog.state(queue).openBreakers(), true);
    known = queues;
  }

  private static void register(
      MultiGauge gauge,
      List<String> own,
      List<String> others,
      ToDoubleFunction<String> value,
      boolean isSummed) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (String queue : own) {
      rows.add(MultiGauge.Row.of(Tags.of(QUEUE, queue), queue, value));
    }
    if (!others.isEmpty()) {
      ToDoubleFunction<List<String>> together =
          queues ->
              isSummed
                  ? queues.stream().mapToDouble(value).sum()
                  : queues.stream().mapToDouble(value).max().orElse(0);
      rows.add(MultiGauge.Row.of(Tags.of(QUEUE, OTHER), others, together));
    }
    gauge.register(rows, true);
  }
}
