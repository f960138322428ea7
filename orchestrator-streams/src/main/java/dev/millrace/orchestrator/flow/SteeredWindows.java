package dev.millrace.orchestrator.flow;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Windows that follow what workers do: a {@link QueueWindow} for each queue that the tasks of this
 * engine have met, looked at once a second in a thread of its own. Thread-safe.
 */
public final class SteeredWindows implements QueueWindows, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SteeredWindows.class);
  private static final long PERIOD_MS = 1_000;

  private final WindowSettings settings;
  private final QueueReport report;
  private final LagSampler lags;
  private final InstantSource clock;
  private final Tenants tenants;
  private final Map<String, Steered> queues = new HashMap<>();
  private final Map<String, Integer> windows = new ConcurrentHashMap<>();
  private volatile int tasks = 1;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-windows").factory());

  /**
   * @param clock what {@code lags} tells its times by
   */
  public SteeredWindows(
      WindowSettings settings, QueueReport report, LagSampler lags, InstantSource clock) {
    this(settings, report, lags, clock, Tenants.EQUAL);
  }

  /**
   * The same, with tenants that are not all equal.
   *
   * @param clock what {@code lags} tells its times by
   */
  public SteeredWindows(
      WindowSettings settings,
      QueueReport report,
      LagSampler lags,
      InstantSource clock,
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
      report.queues().forEach(this::steer);
    } catch (RuntimeException e) {
      // An exception would end the schedule, and windows stay as they are for ever.
      LOG.error("the windows of queues are not steered this time", e);
    }
  }

  /** Looks at one queue. */
  void steer(String queue, QueueState state) {
    long nowMs = clock.millis();
    Steered steered = queues.computeIfAbsent(queue, name -> new Steered(nowMs));
    QueueEnds ends = report.ends(queue);
    long ended = ends.ended();
    long reported = ends.reported();
    long runMs = ends.runMs();
    steered.window.take(
        new QueueSample(
            nowMs,
            state.open(),
            ended - steered.ended,
            reported - steered.reported,
            runMs - steered.runMs,
            Math.max(1, report.fullTasks(queue)),
            state.held() > 0,
            steered.lagMs(lags.fresh(queue))));
    steered.ended = ended;
    steered.reported = reported;
    steered.runMs = runMs;
    windows.put(queue, steered.window.size());
  }

  /** What is remembered of a queue from one look to the next. */
  private final class Steered {
    private final QueueWindow window;
    private long ended;
    private long reported;
    private long runMs;
    private @Nullable QueueLag former;

    Steered(long nowMs) {
      window = new QueueWindow(settings, nowMs);
    }

    /** How long the workers need for what is in the topic, at the pace at which they went on. */
    double lagMs(@Nullable QueueLag lag) {
      if (lag == null) {
        former = null;
        return QueueSample.UNKNOWN_LAG;
      }
      QueueLag before = former;
      if (before == null || lag.sampledAtMs() > before.sampledAtMs()) {
        former = lag;
      }
      if (before == null || lag.lag() == 0) {
        return 0;
      }
      double finished = Math.max(1, lag.finished() - before.finished());
      return lag.lag() * Math.max(1, lag.sampledAtMs() - before.sampledAtMs()) / finished;
    }
  }
}
