package dev.millrace.perf.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.scaling.ScalingModel.Signal;
import dev.millrace.perf.scaling.ScalingPlan;
import dev.millrace.perf.scaling.ScalingPoint;
import dev.millrace.perf.scaling.ScalingReport;
import dev.millrace.perf.scaling.ScalingSettings;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.worker.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalingRunTest {
  private static final int SLOTS = 4;

  @TempDir private Path folder;

  /** Few workers and short intervals: what it is quick to see, not what it takes. */
  @ParameterizedTest
  @EnumSource(Signal.class)
  void workersComeAndGoToNoneAndComeAgainAndEachCommandIsRunOnce(Signal signal) throws Exception {
    Map<Role, List<String>> smallHeaps =
        Arrays.stream(Role.values())
            .collect(Collectors.toMap(Function.identity(), role -> List.of("-Xmx256m")));
    Laboratory laboratory =
        new Laboratory(new JvmFlags(JvmFlags.Gc.SERIAL, smallHeaps), folder, Map.of());
    ScalingSettings settings =
        ScalingSettings.ofBacklog()
            .faster(60)
            .upTo(2)
            .with(new ScalingSettings.Trigger(SLOTS, 0, 0, false))
            .with(
                new ScalingSettings.Times(
                    Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(500)));
    ScalingPlan plan = ScalingPlan.step(settings, signal, 6, 3, 9, 300);
    RunPlan run =
        new RunPlan(
            RunPlan.Installation.NONE,
            "pauses-100",
            1,
            new Extent(Extent.Unit.SECONDS, 0, 1),
            Profile.LATENCY,
            Guarantee.AT_LEAST_ONCE,
            2,
            1,
            RunPlan.WINDOW,
            1,
            new RunPlan.Workers(1, SLOTS, false));

    ScalingReport report =
        new ScalingRun(laboratory, plan, point -> {}).run(run, MachineDescription.read());

    assertThat(report.verdict().started()).isGreaterThan(60);
    assertThat(report.verdict().isClean()).as(report.text()).isTrue();
    assertThat(report.points()).extracting(ScalingPoint::wanted).contains(2);
    assertThat(report.points())
        .extracting(point -> point.wanted() > 0)
        .containsSubsequence(false, true, false, true);
    assertThat(report.figures().fromZero()).isPositive();
    assertThat(folder).isEmptyDirectory();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }
}
