package dev.millrace.worker.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what handlers throw, with its stack trace, but no more than once in 10 seconds for each step
 * type: a service that is down must not fill the disk too. Thread-safe.
 */
final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** As many as there are handlers. */
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  void handlerThrew(String type, String commandId, Throwable thrown) {
    Entry entry = entries.computeIfAbsent(type, ignored -> new Entry());
    long now = System.nanoTime();
    long quietUntil = entry.quietUntilNanos.get();
    if (now - quietUntil >= 0
        && entry.quietUntilNanos.compareAndSet(quietUntil, now + QUIET.toNanos())) {
      LOG.warn(
          "handler of step type '{}' threw at command {}; {} more since the last such line",
          type,
          commandId,
          entry.unlogged.getAndSet(0),
          thrown);
    } else {
      entry.unlogged.incrementAndGet();
    }
  }

  private static final class Entry {
    private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong unlogged = new AtomicLong();
  }
}
