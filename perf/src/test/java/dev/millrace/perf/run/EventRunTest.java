package dev.millrace.perf.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.EventFigures;
import dev.millrace.perf.report.EventReport;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.worker.Profile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventRunTest {
  @TempDir private Path folder;

  @Test
  void everyDuplicateIsDroppedAndNothingIsLeftBehind() throws Exception {
    Map<Role, List<String>> smallHeaps =
        Map.of(Role.BROKER, List.of("-Xmx256m"), Role.ENGINE, List.of("-Xmx256m"));
    Laboratory laboratory =
        new Laboratory(new JvmFlags(JvmFlags.Gc.SERIAL, smallHeaps), folder, Map.of());
    RunPlan plan =
        new RunPlan(
            RunPlan.Installation.NONE,
            "events",
            1,
            new Extent(Extent.Unit.WORKFLOWS, 0, 1),
            Profile.LATENCY,
            Guarantee.AT_LEAST_ONCE,
            2,
            1,
            RunPlan.WINDOW,
            1,
            RunPlan.Workers.ONE);

    EventFigures figures =
        new EventRun(laboratory, new EventRun.Size(4_000, 100, 500, 1, 100)).run(plan);

    assertThat(figures.isExact()).as(figures.toString()).isTrue();
    assertThat(figures.injected()).isEqualTo(400);
    assertThat(figures.starts()).isEqualTo(100);
    assertThat(figures.repeatedStarts()).isEqualTo(10);
    assertThat(figures.eventsPerSecond()).isPositive();
    assertThat(figures.batchEfficiency()).isBetween(0.0, 1.0);
    assertThat(figures.visibleP50Ms()).isPositive().isLessThanOrEqualTo(figures.visibleP99Ms());
    assertThat(folder).isEmptyDirectory();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
    assertThatReportHas(figures);
  }

  private void assertThatReportHas(EventFigures figures) throws Exception {
    Path file = folder.resolve("events.json");
    EventReport.of(MachineDescription.read(), true, List.of(figures, figures)).write(file);

    JsonNode json = new JsonMapper().readTree(file);
    assertThat(json.at("/isQuick").asBoolean()).isTrue();
    assertThat(json.at("/runs").size()).isEqualTo(2);
    assertThat(json.at("/medians/eventsPerSecond").asDouble()).isEqualTo(figures.eventsPerSecond());
    assertThat(json.at("/medians/injected").asLong())
        .as("what is counted is summed up")
        .isEqualTo(800);
  }
}
