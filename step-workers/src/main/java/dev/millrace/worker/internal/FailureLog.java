package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.StepCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what handlers throw, with its stack trace, and which commands come too late, but no more
 * than once in 10 seconds for each step type: a service that is down must not fill the disk too.
 * Thread-safe.
 */
final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** Stands for all types without a handler: anybody may send any number of them. */
  private static final String UNKNOWN = "";

  private final Set<String> types;
  private final Map<String, Entry> thrown = new ConcurrentHashMap<>();
  private final Map<String, Entry> overdue = new ConcurrentHashMap<>();
  private final Map<String, Entry> tooLarge = new ConcurrentHashMap<>();

  /**
   * A log.
   *
   * @param types those that have handlers
   */
  FailureLog(Set<String> types) {
    this.types = types;
  }

  void handlerThrew(String type, String commandId, Throwable thrownNow) {
    Entry entry = entry(thrown, type);
    if (entry.isDue()) {
      LOG.warn(
          "handler of step type '{}' threw at command {}; {} more since the last such line",
          type,
          commandId,
          entry.unlogged.getAndSet(0),
          thrownNow);
    }
  }

  /** A command was not run, since its attempt is over by the clock of this worker. */
  void overdue(StepCommand command, Instant now) {
    Entry entry = entry(overdue, command.getType());
    if (entry.isDue()) {
      LOG.warn(
          "command {} of step type '{}' is not run: its attempt was given up at {}, and the clock"
              + " here says {}; {} more since the last such line",
          CommandContext.idOf(command),
          command.getType(),
          command.getDeadline(),
          now,
          entry.unlogged.getAndSet(0));
    }
  }

  /** A sign of life was lost, since its topic takes none of its size. */
  void heartbeatTooLarge(StepCommand command, Exception reason) {
    Entry entry = entry(tooLarge, command.getType());
    if (entry.isDue()) {
      LOG.warn(
          "a heartbeat of command {} of step type '{}' is lost, with more progress than"
              + " max.message.bytes of the completions topic: {}; {} more since the last such line",
          CommandContext.idOf(command),
          command.getType(),
          reason.getMessage(),
          entry.unlogged.getAndSet(0));
    }
  }

  private Entry entry(Map<String, Entry> entries, String type) {
    return entries.computeIfAbsent(types.contains(type) ? type : UNKNOWN, ignored -> new Entry());
  }

  private static final class Entry {
    private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong unlogged = new AtomicLong();

    /** Whether a line may be logged now; counts it if not. */
    boolean isDue() {
      long now = System.nanoTime();
      long quietUntil = quietUntilNanos.get();
      boolean isDue =
          now - quietUntil >= 0 && quietUntilNanos.compareAndSet(quietUntil, now + QUIET.toNanos());
      if (!isDue) {
        unlogged.incrementAndGet();
      }
      return isDue;
    }
  }
}
