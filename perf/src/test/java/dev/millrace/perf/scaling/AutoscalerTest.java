package dev.millrace.perf.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.perf.scaling.ScalingRules.Kind;
import dev.millrace.perf.scaling.ScalingRules.Policy;
import dev.millrace.perf.scaling.ScalingSettings.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** KEDA's and Kubernetes' documented rules, in virtual time; each test has the numbers deployed. */
final class AutoscalerTest {
  private static final long SECOND = 1_000;
  private static final ScalingSettings SETTINGS =
      ScalingSettings.ofLag().with(new Trigger(10, 0, 12, false));

  private long nowMs;

  private Autoscaler of(ScalingSettings settings, int replicas) {
    return new Autoscaler(settings, replicas, nowMs);
  }

  private int after(Autoscaler autoscaler, long seconds, long metric) {
    return after(autoscaler, seconds, OptionalLong.of(metric));
  }

  private int after(Autoscaler autoscaler, long seconds, OptionalLong metric) {
    for (long i = 0; i < seconds; i++) {
      nowMs += SECOND;
      autoscaler.at(nowMs, () -> metric);
    }
    return autoscaler.replicas();
  }

  @Test
  void firstReplicaComesWithinAPollAndOthersWithinASync() {
    Autoscaler autoscaler = of(SETTINGS, 0);
    assertThat(after(autoscaler, 32, 0)).isZero();
    assertThat(after(autoscaler, 5, 30)).isEqualTo(1);
    assertThat(after(autoscaler, 15, 30)).isEqualTo(3);
  }

  @Test
  void nothingWakesItAtTheActivation() {
    Autoscaler autoscaler = of(SETTINGS.with(new Trigger(10, 4, 12, false)), 0);
    assertThat(after(autoscaler, 60, 4)).isZero();
    assertThat(after(autoscaler, 5, 5)).isEqualTo(1);
  }

  @Test
  void noneIsLeftWhenThereWasNothingForTheCooldownAndNotBefore() {
    Autoscaler autoscaler = of(SETTINGS, 0);
    after(autoscaler, 60, 25);
    assertThat(after(autoscaler, 290, 0)).isPositive();
    assertThat(after(autoscaler, 20, 0)).isZero();
  }

  @Test
  void leastIsKeptForGood() {
    ScalingSettings settings =
        new ScalingSettings(
            SETTINGS.trigger(),
            2,
            12,
            SETTINGS.times(),
            SETTINGS.up(),
            SETTINGS.down(),
            SETTINGS.fallback());
    Autoscaler autoscaler = of(settings, 0);
    assertThat(after(autoscaler, 1_000, 0)).isEqualTo(2);
  }

  @Test
  void tenthMoreOrLessChangesNothing() {
    Autoscaler autoscaler = of(SETTINGS, 10);
    assertThat(after(autoscaler, 60, 109)).isEqualTo(10);
    assertThat(after(autoscaler, 1_000, 91)).isEqualTo(10);
    assertThat(after(autoscaler, 30, 111)).isEqualTo(12);
  }

  @Test
  void fourOrAsManyAgainComeInFifteenSeconds() {
    Autoscaler autoscaler = of(SETTINGS, 1);
    assertThat(after(autoscaler, 1, 10_000)).isEqualTo(5);
    assertThat(after(autoscaler, 14, 10_000)).isEqualTo(5);
    assertThat(after(autoscaler, 1, 10_000)).isEqualTo(10);
    assertThat(after(autoscaler, 15, 10_000)).isEqualTo(12);
  }

  @Test
  void thereAreNeverMoreThanPartitionsUnlessTheTriggerKnowsNone() {
    assertThat(after(of(SETTINGS.upTo(100), 1), 120, 10_000)).isEqualTo(12);
    ScalingSettings unlimited = SETTINGS.upTo(100).with(new Trigger(10, 0, 0, false));
    assertThat(after(of(unlimited, 1), 120, 10_000)).isEqualTo(100);
  }

  @Test
  void evenDistributionWantsDivisorsOfThePartitions() {
    Autoscaler autoscaler = of(SETTINGS.with(new Trigger(10, 0, 12, true)), 1);
    assertThat(after(autoscaler, 60, 45)).isEqualTo(6);
    assertThat(after(autoscaler, 60, 61)).isEqualTo(12);
  }

  @Test
  void theyGoWhenTheMostOfTheWindowAllowsItAndHalfOfThemAMinute() {
    Autoscaler autoscaler = of(SETTINGS, 12);
    after(autoscaler, 30, 120);
    assertThat(after(autoscaler, 280, 20)).isEqualTo(12);
    assertThat(after(autoscaler, 25, 20)).isEqualTo(6);
    assertThat(after(autoscaler, 40, 20)).isEqualTo(6);
    assertThat(after(autoscaler, 20, 20)).isEqualTo(3);
    assertThat(after(autoscaler, 60, 20)).isEqualTo(2);
  }

  @Test
  void onePeakInTheWindowKeepsThem() {
    Autoscaler autoscaler = of(SETTINGS, 12);
    after(autoscaler, 30, 120);
    for (int minute = 0; minute < 20; minute++) {
      after(autoscaler, 44, 20);
      after(autoscaler, 16, 120);
    }
    assertThat(autoscaler.replicas()).isEqualTo(12);
  }

  @Test
  void upwardWindowWaitsUntilTheWishLasts() {
    ScalingSettings calm =
        new ScalingSettings(
            SETTINGS.trigger(),
            0,
            12,
            SETTINGS.times(),
            new ScalingRules(
                Duration.ofSeconds(60), List.of(new Policy(Kind.PODS, 100, Duration.ofSeconds(1)))),
            SETTINGS.down(),
            SETTINGS.fallback());
    Autoscaler autoscaler = of(calm, 2);
    after(autoscaler, 60, 20);
    assertThat(after(autoscaler, 45, 80)).isEqualTo(2);
    assertThat(after(autoscaler, 30, 80)).isEqualTo(8);
  }

  @Test
  void unreadableMetricChangesNothingAtFirstAndThenFallsBack() {
    Autoscaler autoscaler = of(SETTINGS, 1);
    after(autoscaler, 1, 10);
    assertThat(after(autoscaler, 10, OptionalLong.empty())).isEqualTo(1);
    assertThat(after(autoscaler, 20, OptionalLong.empty())).isEqualTo(3);
    Autoscaler many = of(SETTINGS, 7);
    assertThat(after(many, 600, OptionalLong.empty())).isEqualTo(7);
  }
}
