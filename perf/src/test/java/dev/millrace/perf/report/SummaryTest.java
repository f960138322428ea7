package dev.millrace.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void ratioIsTheMedianOfTheRatiosOfRunsThatBelongTogether() {
    List<Summary> summaries =
        Summary.of(
            List.of(
                run("limit", 1, 100),
                run("other", 1, 50),
                run("limit", 2, 1_000),
                run("other", 2, 600),
                run("limit", 3, 10),
                run("other", 3, 9)),
            "limit");

    assertThat(summaries)
        .extracting(summary -> summary.subject().system())
        .containsExactly("limit", "other");
    assertThat(summaries.getFirst().ratioToReference()).isNull();
    assertThat(summaries.getFirst().figures().stepsPerSecond()).isEqualTo(100);
    assertThat(summaries.getLast().figures().stepsPerSecond()).isEqualTo(50);
    assertThat(Objects.requireNonNull(summaries.getLast().ratioToReference()).stepsPerSecond())
        .isEqualTo(0.6);
  }

  @Test
  void workThatTheReferenceCannotRunHasNoRatio() {
    List<Summary> summaries = Summary.of(List.of(run("other", 1, 50)), "limit");

    assertThat(summaries.getFirst().ratioToReference()).isNull();
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 100.0), Double::doubleValue)).isEqualTo(3);
  }

  @Test
  void growthComparesTheCostOfAStepOfEachSystemThatRanBoth() {
    List<Summary> summaries =
        Summary.of(
            List.of(
                run("diamond-16", "some", 1, 1, 20),
                run("wide-1000", "some", 1, 1, 30),
                run("wide-1000", "other", 1, 1, 40)),
            "limit");

    assertThat(Growth.of(summaries))
        .containsExactly(new Growth("some", "wide-1000", "diamond-16", 1.5, 1));
  }

  private static RunResult run(String system, int repeat, double stepsPerSecond) {
    return run("linear-10", system, repeat, stepsPerSecond, 1);
  }

  private static RunResult run(
      String workload, String system, int repeat, double stepsPerSecond, double cpuMicrosPerStep) {
    return new RunResult(
        new RunResult.Subject(workload, 400, system),
        repeat,
        1,
        1,
        10,
        new Figures(stepsPerSecond, cpuMicrosPerStep, 1, 1, 1, 1),
        Map.of("engine", new ProcessUse(1, 1)),
        Map.of("events", 1.0));
  }
}
