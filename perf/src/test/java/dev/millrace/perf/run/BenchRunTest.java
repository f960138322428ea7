package dev.millrace.perf.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.limit.LimitLoop;
import dev.millrace.perf.millrace.Millrace;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.BenchReport;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.report.RunResult;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Profile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchRunTest {
  private static final Workload WORKLOAD = Workload.named("linear-10");

  @TempDir private Path folder;

  static Stream<SystemUnderTest> systems() {
    return Stream.of(new LimitLoop(), new Millrace());
  }

  @ParameterizedTest
  @MethodSource("systems")
  void shortRunCountsItsStepsAndLeavesNothingBehind(SystemUnderTest system) throws Exception {
    RunResult run = run(system);

    assertThat(run.workflows()).isPositive();
    assertThat(run.steps()).isEqualTo(run.workflows() * 10);
    assertThat(run.processes()).containsOnlyKeys("broker", "engine", "worker", "load");
    assertThat(run.processes().values()).allMatch(use -> use.peakRssMib() > 0);
    assertThat(run.figures().cpuMicrosPerStep()).isPositive();
    assertThat(run.figures().hopP50Ms()).isEqualTo(run.figures().workflowP50Ms() / 10);
    assertThat(run.logBytesPerStep().get("commands")).isGreaterThan(100);
    assertThat(folder).isEmptyDirectory();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
    assertThatReportHasTheFigures(run);
  }

  private RunResult run(SystemUnderTest system) throws Exception {
    Map<Role, List<String>> smallHeaps =
        Arrays.stream(Role.values())
            .collect(Collectors.toMap(Function.identity(), role -> List.of("-Xmx256m")));
    Laboratory laboratory =
        new Laboratory(new JvmFlags(JvmFlags.Gc.SERIAL, smallHeaps), folder, Map.of());
    RunPlan plan =
        new RunPlan(
            RunPlan.Installation.NONE,
            WORKLOAD.name(),
            20,
            new Extent(Extent.Unit.WORKFLOWS, 20, 40),
            Profile.LATENCY,
            Guarantee.AT_LEAST_ONCE,
            2,
            1,
            RunPlan.WINDOW,
            1,
            RunPlan.Workers.ONE);
    return new BenchRun(laboratory, system, WORKLOAD).run(plan, 1);
  }

  private void assertThatReportHasTheFigures(RunResult run) throws Exception {
    Path file = folder.resolve("bench.json");
    BenchReport report =
        BenchReport.of(
            MachineDescription.read(), Map.of("profile", "latency"), List.of(run), LimitLoop.NAME);
    report.write(file);

    JsonNode json = new JsonMapper().readTree(file);
    assertThat(json.at("/machine/cores").asInt()).isPositive();
    assertThat(json.at("/machine/kafka").asString()).isEqualTo("4.3.1");
    assertThat(json.at("/settings/profile").asString()).isEqualTo("latency");
    assertThat(json.at("/summaries/0/subject/system").asString()).isEqualTo(run.subject().system());
    assertThat(json.at("/summaries/0/figures/stepsPerSecond").asDouble())
        .isEqualTo(run.figures().stepsPerSecond());
    assertThat(json.at("/runs/0/processes/engine/cpuMicrosPerStep").isNumber()).isTrue();
    assertThat(report.table()).contains("linear-10", run.subject().system(), "peak RSS");
  }
}
