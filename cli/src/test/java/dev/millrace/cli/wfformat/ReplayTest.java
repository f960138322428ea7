package dev.millrace.cli.wfformat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.dev.LocalEngine;
import dev.millrace.cli.run.ConnectedWorkers;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.wfformat.CriticalPath;
import dev.millrace.orchestrator.definition.wfformat.WfFormatImporter;
import dev.millrace.orchestrator.definition.wfformat.WfInstance;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ReplayTest {
  /**
   * Recorded executions of WfCommons, whose licence is not ours: no part of the project. Where they
   * lie beside the repository's folder they are run as well.
   */
  private static final Path RECORDED = Path.of("../../shared/data/wfcommons");

  /** How long the critical path of a recorded execution is made to be. */
  private static final double CRITICAL_SECONDS = 1;

  private static PrivateServer server;

  @TempDir private Path folder;

  @BeforeAll
  static void startServer() {
    server = PrivateServer.start(LocalEngine::start, Optional.empty(), WfFormatImporter.QUEUE);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static Path twoBranches() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(ReplayTest.class.getResource("two-branches.json")).toURI());
  }

  private static ReplayReport replay(WfInstance instance, double speed) {
    return new Replay(server.connection(), instance, speed, new PrintWriter(new StringWriter()))
        .run();
  }

  @Test
  void theCommandReplaysAFileAndComparesTheRunWithTheDag() throws Exception {
    CliRun run = replay(twoBranches(), "--speed", "20");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("two_branches: 4 steps, 4 dependencies")
        .contains("order       right")
        .contains("recorded    critical path 5.500 s")
        .contains("at 1/20     critical path 0.275 s, makespan");
  }

  @ParameterizedTest
  @EnumSource
  void executionsOfEveryShapeRunInTheOrderOfTheirDag(DrawnUp execution) throws Exception {
    WfInstance instance = WfFormatImporter.read(execution.write(folder));
    List<StepDefinition> steps = instance.definition().steps();
    assertThat(steps).hasSize(execution.tasks);
    assertThat(steps.stream().mapToInt(step -> step.dependsOn().size()).sum())
        .isEqualTo(execution.edges);
    assertThat(steps).anyMatch(step -> step.dependsOn().size() == execution.fanIn);
    assertThat(instance.notes()).isEmpty();
    double recorded = CriticalPath.seconds(instance.definition(), instance.runtimes());

    ReplayReport report = replay(instance, recorded / CRITICAL_SECONDS);

    assertThat(report.violations()).isEmpty();
    assertThat(report.makespan()).isGreaterThanOrEqualTo(report.scaled().minusMillis(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "helloworld-chain-5-chameleon.json",
        "srasearch-chameleon-20a-004.json",
        "blast-chameleon-small-003.json",
        "1000genome-chameleon-4ch-250k-001.json",
        "epigenomics-chameleon-hep-2seq-50k-001.json",
        "montage-chameleon-2mass-015d-001.json"
      })
  void recordedExecutionsRunInTheOrderOfTheirDag(String name) throws Exception {
    Path file = RECORDED.resolve(name);
    assumeTrue(
        Files.isReadable(file),
        () -> "recorded executions are no part of the project; with %s it is run".formatted(file));
    WfInstance instance = WfFormatImporter.read(file);
    double recorded = CriticalPath.seconds(instance.definition(), instance.runtimes());

    ReplayReport report = replay(instance, recorded / CRITICAL_SECONDS);

    assertThat(report.violations()).isEmpty();
    assertThat(report.makespan()).isGreaterThanOrEqualTo(report.scaled().minusMillis(1));
  }

  @Test
  void aWideJoinOfManyTasksRunsInOrder() throws Exception {
    int width = 2_120;
    String leaves =
        IntStream.range(0, width)
            .mapToObj(i -> "{\"id\": \"t%d\", \"parents\": [\"first\"]}".formatted(i))
            .collect(Collectors.joining(","));
    String join =
        IntStream.range(0, width).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
    WfInstance instance =
        WfFormatImporter.read(
            "{\"workflow\": {\"tasks\": [{\"id\": \"first\"}, %s, {\"id\": \"last\", \"parents\": [%s]}]}}"
                .formatted(leaves, join)
                .getBytes(StandardCharsets.UTF_8));

    ReplayReport report = replay(instance, 1);

    assertThat(report.violations()).isEmpty();
    assertThat(report.scaled()).isEqualTo(Duration.ZERO);
  }

  @Test
  void aRunThatAnotherWorkerTookPartInShowsItsFailureAndNoTimes() throws Exception {
    String tasks =
        IntStream.range(0, 100)
            .mapToObj(i -> "{\"id\": \"t%d\"}".formatted(i))
            .collect(Collectors.joining(","));
    Path file =
        Files.writeString(
            folder.resolve("shared.json"),
            "{\"name\": \"shared\", \"workflow\": {\"tasks\": [%s]}}".formatted(tasks));
    Connection connection = server.connection();
    CliRun run;
    try (Worker other =
        ConnectedWorkers.of(connection, WfFormatImporter.QUEUE)
            .handler(
                WfFormatImporter.STEP_TYPE,
                context -> StepResult.failedForGood("Elsewhere", "taken by another"))
            .build()) {
      other.start();
      run = replay(file);
    }

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .containsPattern("failure     step 't\\d+': Elsewhere: taken by another")
        .doesNotContain("makespan", "hop  ");
    assertThat(run.err()).contains("nobody else may work on the queue 'default' meanwhile");
  }

  private static CliRun replay(Path file, String... more) {
    Connection connection = server.connection();
    List<String> arguments = new ArrayList<>(List.of("replay", file.toString()));
    arguments.addAll(List.of(more));
    arguments.addAll(
        List.of(
            "--bootstrap-servers",
            Objects.requireNonNull(connection.kafka().get("bootstrap.servers")),
            "--schema-registry",
            connection.schemaRegistryUrl().orElseThrow()));
    return CliRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void importWritesADefinitionAndTheRunTimes() throws Exception {
    Path yaml = folder.resolve("out.yaml");
    Path runtimes = folder.resolve("out.json");

    CliRun run =
        CliRun.of(
            "import",
            "wfformat",
            twoBranches().toString(),
            "-o",
            yaml.toString(),
            "--runtimes",
            runtimes.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    ParsedDefinition parsed =
        new DefinitionParser(new CelExpressions()).parse(Files.readAllBytes(yaml));
    assertThat(parsed).isInstanceOf(ParsedDefinition.Accepted.class);
    assertThat(((ParsedDefinition.Accepted) parsed).definition().steps())
        .extracting(StepDefinition::id)
        .containsExactly("split", "left", "right", "join");
    assertThat(JsonMapper.shared().readTree(Files.readString(runtimes)))
        .isEqualTo(
            JsonMapper.shared()
                .readTree("{\"split\": 1.0, \"left\": 2.5, \"right\": 4.0, \"join\": 0.5}"));
    assertThat(CliRun.of("import", "wfformat", twoBranches().toString()).out())
        .isEqualTo(Files.readString(yaml));
  }

  @Test
  void aFileThatHoldsNoExecutionIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("no.json"), "{}");

    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> RecordedFile.read(file))
        .withMessageContaining("not a WfFormat document");
    assertThat(CliRun.of("replay", "absent.json").err())
        .startsWith("millrace: file absent.json does not exist");
    Path cut = Files.writeString(folder.resolve("cut.json"), "{\n\"workflow\": {");
    assertThat(CliRun.of("replay", cut.toString()).err())
        .contains("line 2, column ")
        .doesNotContain("Source", "REDACTED");
    assertThat(CliRun.of("replay", twoBranches().toString(), "--speed", "0").exitCode())
        .isEqualTo(2);
  }
}
