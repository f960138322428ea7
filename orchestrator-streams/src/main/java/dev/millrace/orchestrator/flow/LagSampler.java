package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks regularly how far the workers of all queues are behind: in the background, with one request
 * of each kind for all of them. A look that fails leaves what is known, which grows old.
 * Thread-safe.
 */
public final class LagSampler implements AutoCloseable {
  /**
   * After so many intervals, and no less than {@link #STALE_MIN}, a sample is too old to act on.
   */
  private static final int STALE_INTERVALS = 10;

  private static final Duration STALE_MIN = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(LagSampler.class);

  private final GroupOffsets offsets;
  private final Supplier<Set<String>> queues;
  private final Duration interval;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-lag-sampler").factory());
  private volatile Map<String, QueueLag> latest = Map.of();

  /** Queues whose lag was not to be had last time, for a log that says it once. */
  private Set<String> failing = Set.of();

  /**
   * A sampler, not started.
   *
   * @param admin stays the caller's
   * @param queues those that have a topic
   * @param interval from one look to the next
   */
  public LagSampler(
      Admin admin,
      Topics topics,
      Supplier<Set<String>> queues,
      Duration interval,
      InstantSource clock) {
    this.offsets = new GroupOffsets(admin, topics);
    this.queues = queues;
    this.interval = interval;
    this.clock = clock;
  }

  /**
   * Starts to look.
   *
   * @param afterEach called after each look that gave something, in the sampler's thread
   */
  public void start(Runnable afterEach) {
    ScheduledFuture<?> unused = // look reports its own failures
        thread.scheduleWithFixedDelay(
            () -> look(afterEach), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is known of each queue; a queue of which nothing was ever known is missing. */
  public Map<String, QueueLag> latest() {
    return latest;
  }

  /** What is known of a queue, unless that is too old to act on; null when it is not known. */
  public @Nullable QueueLag fresh(String queue) {
    QueueLag lag = latest.get(queue);
    return lag == null || isStale(lag) ? null : lag;
  }

  /** Whether a sample is too old to act on: ten intervals, and at least ten seconds. */
  public boolean isStale(QueueLag lag) {
    long limitMs = Math.max(STALE_MIN.toMillis(), STALE_INTERVALS * interval.toMillis());
    return lag.ageMs(clock.millis()) > limitMs;
  }

  /** Stops looking; does not wait for a look that is under way. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void look(Runnable afterEach) {
    Set<String> asked = queues.get();
    try {
      Map<String, QueueLag> told = asked.isEmpty() ? Map.of() : offsets.lags(asked, clock.millis());
      Map<String, QueueLag> lags = new HashMap<>(latest);
      lags.keySet().retainAll(asked);
      lags.putAll(told);
      latest = Map.copyOf(lags);
      afterEach.run();
      Set<String> missing = new TreeSet<>(asked);
      missing.removeAll(told.keySet());
      log(missing, "the cluster does not answer for them");
    } catch (TimeoutException | RuntimeException | Error e) {
      // Whatever it is: it would end the schedule, and the lag be never known again.
      log(asked, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says what changes, and not the same each time. */
  private void log(Set<String> missing, String reason) {
    if (!missing.equals(failing)) {
      if (missing.isEmpty()) {
        LOG.info("the lag of all queues is known again");
      } else {
        LOG.warn(
            "the lag of queues {} cannot be looked up; the last one grows old, and then no window"
                + " of theirs grows: {}",
            missing,
            reason);
      }
      failing = Set.copyOf(missing);
    }
  }
}
