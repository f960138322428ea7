package dev.millrace.perf.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScalingCourseTest {
  /** A second each; the lag and what is held are given, workers are wanted and ready at once. */
  private static ScalingCourse course(int[] workers, int[] lag, int[] held) {
    return new ScalingCourse(
        IntStream.range(0, workers.length)
            .mapToObj(i -> new ScalingPoint(i, 10, workers[i], workers[i], lag[i], held[i], 0))
            .toList());
  }

  private static ScalingCourse workers(int... workers) {
    return course(workers, new int[workers.length], new int[workers.length]);
  }

  @Test
  void firstNewWorkerIsTheFirstBeyondThoseThatThereWere() {
    assertThat(workers(2, 2, 2, 1, 2, 3, 4).secondsToFirstNew(1, 7)).isEqualTo(4);
    assertThat(workers(2, 2, 2).secondsToFirstNew(0, 3)).isNaN();
  }

  @Test
  void targetIsReachedWhenItLasts() {
    int[] lag = {90, 90, 5, 90, 20, 20, 20, 20, 20, 20, 20};
    int[] held = {9, 9, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    ScalingCourse course = course(new int[lag.length], lag, held);

    assertThat(course.secondsToTarget(0, 11, 2)).isEqualTo(5);
    assertThat(course.secondsToTarget(0, 11, 1)).isNaN();
  }

  @Test
  void swingIsTheRiseAfterAFall() {
    assertThat(workers(1, 5, 12, 12).swing(0, 9)).isZero();
    assertThat(workers(1, 12, 9, 6, 5).swing(0, 9)).isZero();
    assertThat(workers(1, 12, 6, 7, 6, 9).swing(0, 9)).isEqualTo(3);
  }
}
