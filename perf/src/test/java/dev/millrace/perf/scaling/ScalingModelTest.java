package dev.millrace.perf.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.perf.scaling.ScalingModel.Signal;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queue, engine, pods and autoscaler together; each course is the same every time. */
final class ScalingModelTest {
  private static final int STEP = ScalingScenario.LITTLE_SECONDS;
  private static final int END = STEP + ScalingScenario.MUCH_SECONDS;

  private static ScalingScenario scenario(int runMs, double threshold, Signal signal) {
    return new ScalingScenario(12, 12, false, 16, runMs, 3_000, threshold, signal);
  }

  /** The thresholds of the manifests, as parts of the slots, and their partitions and pods. */
  @ParameterizedTest
  @CsvSource({
    "LAG, 50",
    "LAG, 500",
    "LAG, 2000",
    "LAG, 10000",
    "BACKLOG, 50",
    "BACKLOG, 500",
    "BACKLOG, 2000",
    "BACKLOG, 10000"
  })
  void tenfoldLoadIsMetWithinTwoMinutesAndNumbersSwingByOneAtMost(Signal signal, int runMs) {
    ScalingScenario scenario =
        new ScalingScenario(
            12,
            12,
            signal == Signal.LAG,
            16,
            runMs,
            3_000,
            signal == Signal.LAG ? 1 : 0.75,
            signal);
    ScalingCourse course = scenario.run(scenario.step(), 1);

    assertThat(course.secondsToFirstNew(STEP, END)).isLessThanOrEqualTo(15 + 3 + 1);
    double toTarget = course.secondsToTarget(STEP, END, scenario.allowedSeconds());
    assertThat(toTarget).isLessThan(120);
    assertThat(course.swing(STEP + toTarget, END)).isLessThanOrEqualTo(1);
    assertThat(course.points().getLast().wanted()).isZero();
    assertThat(course.points().getLast().backlog()).isZero();
  }

  /** Slots (0.9 + 0.3 C / R), with a commit each half second: docs/AUTOSCALING.md. */
  @ParameterizedTest
  @CsvSource({"100, 3000", "500, 3000", "500, 10000", "2000, 10000"})
  void recommendedThresholdFollowsTheLoadAndTheBacklogDoesSoSooner(int runMs, int startMs) {
    double threshold = 0.9 + 0.3 * 500 / runMs;
    Map<Signal, Double> toTarget = new EnumMap<>(Signal.class);
    for (Signal signal : Signal.values()) {
      ScalingScenario scenario =
          new ScalingScenario(12, 48, false, 16, runMs, startMs, threshold, signal);
      ScalingCourse course = scenario.run(scenario.step(), 1);
      double seconds = course.secondsToTarget(STEP, END, scenario.allowedSeconds());
      toTarget.put(signal, seconds);
      assertThat(course.swing(STEP + seconds, END)).as("%s", signal).isLessThanOrEqualTo(1);
      assertThat(course.meanWanted(END - 300, END)).isBetween(7.2, 7.2 * 1.7);
    }
    assertThat(toTarget.get(Signal.BACKLOG)).isLessThan(120);
    assertThat(toTarget.get(Signal.LAG)).isGreaterThanOrEqualTo(toTarget.get(Signal.BACKLOG));
  }

  @Test
  void lagAloneNeverAsksForMoreWhereTheWindowEndsBelowTheThreshold() {
    ScalingScenario scenario = scenario(2_000, 2, Signal.LAG);
    ScalingCourse course = scenario.run(scenario.step(), 1);

    assertThat(course.secondsToTarget(STEP, END, scenario.allowedSeconds())).isNaN();
    assertThat(course.mostBacklog(STEP, END)).isGreaterThan(10_000);
  }

  @Test
  void backlogAsksForMoreWhereverTheWindowEnds() {
    ScalingScenario scenario = scenario(2_000, 2, Signal.BACKLOG);
    ScalingCourse course = scenario.run(scenario.step(), 1);

    assertThat(course.secondsToTarget(STEP, END, scenario.allowedSeconds())).isNotNaN();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12, 48})
  void everyCommandIsRunOnceWhilePodsComeAndGo(int partitions) {
    ScalingScenario scenario =
        new ScalingScenario(12, partitions, false, 4, 200, 3_000, 1, Signal.BACKLOG);
    ScalingCourse course = scenario.run(scenario.step(), 1);

    assertThat(course.points().getLast().lag()).isZero();
    assertThat(course.points().getLast().held()).isZero();
  }
}
