package dev.millrace.perf.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The windows of queues under loads that change; each course is the same every time. */
final class QueueModelTest {
  private static final int SETTLED = 10;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatWaitsIsNearItsTargetWhileThePoolChanges(long seed) {
    QueueCourse course = QueueModel.run(Scenario.POOL.load(), Scenario.SETTINGS, seed);

    assertThat(course.partWithinTwice(SETTLED)).isGreaterThan(0.95);
    assertThat(course.utilisation(SETTLED)).isGreaterThan(0.98);
  }

  @Test
  void littleMoreThanTheTargetIsEverSentToWorkersThatAreGone() {
    QueueCourse course = QueueModel.run(Scenario.OUTAGE.load(), Scenario.SETTINGS, 1);

    assertThat(course.points())
        .filteredOn(point -> point.second() >= SETTLED)
        .allSatisfy(
            point ->
                assertThat(point.waiting())
                    .isLessThan((int) (4 * Scenario.CAPACITY * targetSeconds())));
  }

  @Test
  void whatWasHeldInAnOutageIsDoneAtFullSpeedAfterIt() {
    QueueCourse course = QueueModel.run(Scenario.OUTAGE.load(), Scenario.SETTINGS, 1);

    assertThat(course.points())
        .filteredOn(
            point ->
                point.second() >= Scenario.OUTAGE_ENDS + 5
                    && point.second() < Scenario.OUTAGE_ENDS + 25)
        .allSatisfy(point -> assertThat(point.held()).isPositive())
        .allSatisfy(
            point -> assertThat(point.perSecond()).isGreaterThan(Scenario.CAPACITY * 9 / 10));
  }

  @ParameterizedTest
  @EnumSource(names = {"STEP", "RAMP"})
  void loadThatTheWorkersCanTakeIsNotHeldForLong(Scenario scenario) {
    QueueCourse course = QueueModel.run(scenario.load(), Scenario.SETTINGS, 1);

    assertThat(course.points())
        .filteredOn(point -> point.second() >= Scenario.CHANGE + SETTLED)
        .allSatisfy(point -> assertThat(point.held()).isZero());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void handlersThatRunForLongHoldNothingBackWhileWorkersAreIdle(long seed) {
    QueueCourse course = QueueModel.run(Scenario.LONG.load(), Scenario.SETTINGS, seed);

    assertThat(course.points()).allSatisfy(point -> assertThat(point.held()).isZero());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void workersAreBusyWhateverTheirHandlersAreLike(long seed) {
    QueueCourse course = QueueModel.run(Scenario.MIXED.load(), Scenario.SETTINGS, seed);

    assertThat(course.utilisation(SETTLED)).isGreaterThan(0.95);
    assertThat(course.partWithinTwice(SETTLED)).isGreaterThan(0.75);
  }

  private static double targetSeconds() {
    return Scenario.SETTINGS.target().toMillis() / 1_000.0;
  }
}
