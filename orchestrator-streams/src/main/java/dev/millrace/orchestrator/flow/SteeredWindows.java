package dev.millrace.orchestrator.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Windows that follow what workers do: a {@link QueueWindow} for each queue that the tasks of this
 * engine have met, looked at four times a second in a thread of its own. Thread-safe.
 */
public final class SteeredWindows implements QueueWindows, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SteeredWindows.class);
  private static final long PERIOD_MS = 250;

  private final WindowSettings settings;
  private final QueueReport report;
  private final Function<String, @Nullable QueueLag> lags;
  private final LongSupplier clock;
  private final Tenants tenants;
  private final Map<String, Steered> queues = new HashMap<>();
  private final Map<String, Integer> windows = new ConcurrentHashMap<>();
  private volatile int tasks = 1;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-windows").factory());

  /**
   * @param lags how far the workers of a queue are behind; null when it is not known, or too old
   * @param clock milliseconds that never go back
   */
  public SteeredWindows(
      WindowSettings settings,
      QueueReport report,
      Function<String, @Nullable QueueLag> lags,
      LongSupplier clock) {
    this(settings, report, lags, clock, Tenants.EQUAL);
  }

  /**
   * The same, with tenants that are not all equal.
   *
   * @param lags how far the workers of a queue are behind; null when it is not known, or too old
   * @param clock milliseconds that never go back
   */
  public SteeredWindows(
      WindowSettings settings,
      QueueReport report,
      Function<String, @Nullable QueueLag> lags,
      LongSupplier clock,
      Tenants tenants) {
    this.settings = settings;
    this.tenants = tenants;
    this.report = report;
    this.lags = lags;
    this.clock = clock;
  }

  /**
   * Begins to steer.
   *
   * @param tasks how many stream tasks share what tenants may take, those of all engines together
   */
  public void start(int tasks) {
    this.tasks = tasks;
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(this::steerAll, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public int window(String queue) {
    return windows.getOrDefault(queue, settings.first());
  }

  @Override
  public boolean isPaused(String queue) {
    return false;
  }

  @Override
  public int weight(String tenant) {
    return tenants.of(tenant).weight();
  }

  @Override
  public TenantQuota quota(String tenant) {
    TenantQuota whole = tenants.of(tenant).quota();
    return whole.equals(TenantQuota.NONE) ? whole : whole.ofOneIn(tasks);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void steerAll() {
    try {
      steer(report.queues());
    } catch (RuntimeException | Error e) {
      // Whatever it is: it would end the schedule, and windows stay as they are for ever.
      LOG.error("the windows of queues are not steered this time", e);
    }
  }

  /** Looks at all queues that there are; one that is met again later begins anew. */
  void steer(Map<String, QueueState> states) {
    queues.keySet().retainAll(states.keySet());
    windows.keySet().retainAll(states.keySet());
    states.forEach(this::steer);
  }

  private void steer(String queue, QueueState state) {
    long nowMs = clock.getAsLong();
    Steered steered = queues.computeIfAbsent(queue, name -> new Steered(nowMs));
    Ends ends = Ends.of(report.ends(queue));
    Ends former = steered.ends == null ? ends : steered.ends;
    steered.ends = ends;
    steered.window.take(
        new QueueSample(
            nowMs,
            state.open(),
            ends.ended - former.ended,
            ends.reported - former.reported,
            ends.runMs - former.runMs,
            ends.waits - former.waits,
            ends.waitMs - former.waitMs,
            ends.stayMs - former.stayMs,
            Math.max(1, report.fullTasks(queue)),
            state.held() > 0,
            steered.lagMs(lags.apply(queue))));
    windows.put(queue, steered.window.size());
  }

  /** What has ended of a queue up to a moment. */
  private record Ends(long ended, long reported, long runMs, long waits, long waitMs, long stayMs) {
    static Ends of(QueueEnds ends) {
      return new Ends(
          ends.ended(), ends.reported(), ends.runMs(), ends.waits(), ends.waitMs(), ends.stayMs());
    }
  }

  /** What is remembered of a queue from one look to the next. */
  private final class Steered {
    private final QueueWindow window;
    private @Nullable Ends ends;
    private @Nullable QueueLag sampled;
    private double lagMs;

    Steered(long nowMs) {
      window = new QueueWindow(settings, nowMs);
    }

    /**
     * How long the workers need for what is in the topic, at the pace at which they went on from
     * one sample to the next.
     */
    double lagMs(@Nullable QueueLag lag) {
      QueueLag former = sampled;
      sampled = lag;
      if (lag == null) {
        lagMs = QueueSample.UNKNOWN_LAG;
      } else if (former == null || lag.lag() == 0) {
        lagMs = 0;
      } else if (lag.sampledAtMs() != former.sampledAtMs()) {
        double finished = Math.max(1, lag.finished() - former.finished());
        lagMs = lag.lag() * Math.max(1, lag.sampledAtMs() - former.sampledAtMs()) / finished;
      }
      return lagMs;
    }
  }
}
