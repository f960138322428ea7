package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the windows of queues make of what the tasks of an engine say. */
final class SteeredWindowsTest {
  private static final String QUEUE = "payments";
  private static final int RUN_MS = 10;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final QueueReport report = new QueueReport();

  /** Of a cluster that is not there: the lag is never known. */
  private final Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1"));

  private final LagSampler lags =
      new LagSampler(
          admin, new Topics("millrace."), () -> Set.of(QUEUE), Duration.ofSeconds(1), () -> now);
  private final SteeredWindows windows =
      new SteeredWindows(
          WindowSettings.upTo(10_000, Duration.ofMillis(500)), report, lags, () -> now);

  @AfterEach
  void close() {
    windows.close();
    lags.close();
    admin.close();
  }

  /** A second in which two tasks have so many attempts open each, and so many ended. */
  private void second(long open, long held, int ended) {
    now = now.plusSeconds(1);
    for (int task = 0; task < 2; task++) {
      report.publish(
          task, Map.of(QUEUE, new QueueState(open, held, windows.window(QUEUE), false, 0, true)));
    }
    for (int i = 0; i < ended; i++) {
      report.ends(QUEUE).addRun(RUN_MS);
    }
    windows.steer(QUEUE, report.queue(QUEUE).orElseThrow());
  }

  @Test
  void queueThatNobodyHasMetHasTheFirstWindow() {
    assertThat(windows.window("other")).isEqualTo(1_000);
    assertThat(windows.isPaused("other")).isFalse();
  }

  @Test
  void tasksShareWhatTheWorkersFinishWithinTheTarget() {
    second(0, 0, 0);
    for (int i = 0; i < 10; i++) {
      second(128, 10, 100);
    }
    assertThat(windows.window(QUEUE)).isEqualTo(26); // 100 a second for 510 ms, by two
  }

  @Test
  void doesNotGrowAsLongAsTheLagIsUnknown() {
    second(0, 0, 0);
    for (int i = 0; i < 5; i++) {
      second(10, 10, 10_000);
    }
    assertThat(windows.window(QUEUE)).isEqualTo(1_000);
  }
}
