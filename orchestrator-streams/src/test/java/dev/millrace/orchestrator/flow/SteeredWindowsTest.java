package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the windows of queues make of what the tasks of an engine say. */
final class SteeredWindowsTest {
  private static final String QUEUE = "payments";
  private static final int RUN_MS = 10;
  private static final int FIRST = 1_000;

  private final QueueReport report = new QueueReport();
  private @Nullable QueueLag lag;
  private long nowMs = 5_000;
  private final SteeredWindows windows =
      new SteeredWindows(
          WindowSettings.upTo(10_000, Duration.ofMillis(500)), report, queue -> lag, () -> nowMs);

  @AfterEach
  void close() {
    windows.close();
  }

  /** A second in which two tasks have so many attempts open each, and so many ended. */
  private void second(long open, long held, int ended) {
    nowMs += 1_000;
    publish(open, held);
    for (int i = 0; i < ended; i++) {
      report.ends(QUEUE).addRun(RUN_MS);
    }
    windows.steer(report.queues());
  }

  private void publish(long open, long held) {
    for (int task = 0; task < 2; task++) {
      report.publish(
          task, Map.of(QUEUE, new QueueState(open, held, windows.window(QUEUE), false, 0, true)));
    }
  }

  private void lag(long commands, long finished, long atMs) {
    lag = new QueueLag(commands, finished + commands, atMs);
  }

  @Test
  void queueThatNobodyHasMetHasTheFirstWindow() {
    assertThat(windows.window("other")).isEqualTo(FIRST);
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
    assertThat(windows.window(QUEUE)).isEqualTo(FIRST);
  }

  @Test
  void growsWhileStepsAreHeldAndTheLagIsKnown() {
    second(0, 0, 0);
    for (int i = 1; i <= 5; i++) {
      lag(10, 10_000L * i, nowMs);
      second(10, 10, 10_000);
    }
    assertThat(windows.window(QUEUE)).isEqualTo(10_000);
  }

  /** A lag of 2,500 that 5,000 a second are taken from is half a second of work. */
  @Test
  void lagThatIsLookedAtTwiceIsTheSameTimeBothTimes() {
    second(0, 0, 0);
    lag(2_500, 0, nowMs);
    second(100, 10, 10_000);
    lag(2_500, 5_000, nowMs);
    for (int i = 0; i < 4; i++) {
      second(100, 10, 10_000);
    }
    assertThat(windows.window(QUEUE)).isGreaterThan(FIRST);

    lag(50_000, 5_100, nowMs);
    int before = windows.window(QUEUE);
    second(100, 10, 100);
    int afterFirst = windows.window(QUEUE);
    second(100, 10, 100);
    assertThat(afterFirst).isLessThan(before);
    assertThat(windows.window(QUEUE)).isLessThan(afterFirst);
  }

  @Test
  void queueThatIsMetAgainBeginsAnew() {
    second(0, 0, 0);
    for (int i = 0; i < 10; i++) {
      second(128, 10, 100);
    }
    report.remove(0);
    report.remove(1);
    windows.steer(report.queues());
    assertThat(windows.window(QUEUE)).isEqualTo(FIRST);

    nowMs += 3_600_000;
    publish(128, 10);
    windows.steer(report.queues());
    second(128, 10, 1_000_000); // nothing of what ended before, and no hour of silence
    assertThat(windows.window(QUEUE)).isEqualTo(FIRST);
  }

  @Test
  void tasksShareWhatATenantMayTakeAndNotItsWeight() {
    Tenants tenants =
        new Tenants(
            Map.of(
                "acme", new Tenants.Tenant(3, new TenantQuota(50, 6)),
                "default", new Tenants.Tenant(2, new TenantQuota(1, 0))),
            new Tenants.Tenant(1, new TenantQuota(0, 12)));
    try (SteeredWindows shared =
        new SteeredWindows(
            WindowSettings.upTo(10_000, Duration.ofMillis(500)),
            report,
            queue -> lag,
            () -> nowMs,
            tenants)) {
      shared.start(12);

      assertThat(shared.weight("acme")).isEqualTo(3);
      assertThat(shared.quota("acme")).isEqualTo(new TenantQuota(5, 0.5));
      assertThat(shared.weight("")).as("without a name").isEqualTo(2);
      assertThat(shared.quota("")).isEqualTo(new TenantQuota(1, 0));
      assertThat(shared.weight("other")).isEqualTo(1);
      assertThat(shared.quota("other")).isEqualTo(new TenantQuota(0, 1));
    }
  }

  @Test
  void tenantsOfWhichNothingIsSetAreEqualAndHaveNoLimit() {
    assertThat(windows.weight("acme")).isEqualTo(1);
    assertThat(windows.quota("acme")).isEqualTo(TenantQuota.NONE);
    assertThat(windows.quota("")).isEqualTo(TenantQuota.NONE);
  }
}
