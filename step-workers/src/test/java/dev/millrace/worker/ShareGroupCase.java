package dev.millrace.worker;

import dev.millrace.kafka.EmbeddedKafka;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Workers whose source is a share group. Locks are longer than the machine may be busy, so that no
 * record comes twice, unless a test is about what comes after a lock.
 */
abstract class ShareGroupCase {
  static final Duration LONG_LOCK = Duration.ofMinutes(1);

  static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka =
        EmbeddedKafka.builder()
            .setting("group.share.min.record.lock.duration.ms", "1000")
            .setting("group.share.record.lock.duration.ms", Long.toString(LONG_LOCK.toMillis()))
            .start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  /** How often each command was run. */
  static final class Runs {
    final Map<String, AtomicInteger> byCommand = new ConcurrentHashMap<>();

    void note(StepContext context) {
      byCommand.computeIfAbsent(context.workflowId(), id -> new AtomicInteger()).incrementAndGet();
    }

    int of(String workflowId) {
      AtomicInteger runs = byCommand.get(workflowId);
      return runs == null ? 0 : runs.get();
    }
  }

  static WorkerBuilder worker(Installation installation) {
    return installation.worker().source(Source.shareGroup());
  }
}
