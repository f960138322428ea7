package dev.millrace.orchestrator.definition.wfformat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.DefinitionPrinter;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WfFormatImporterTest {
  /**
   * Recorded executions of WfCommons, whose licence is not ours: no part of the project. Where they
   * lie beside the repository's folder they are read as well.
   */
  private static final Path RECORDED = Path.of("../../shared/data/wfcommons");

  private static WfInstance read(String json) throws WfFormatException {
    return WfFormatImporter.read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static WfInstance resource(String name) throws IOException, WfFormatException {
    try (InputStream in =
        Objects.requireNonNull(WfFormatImporterTest.class.getResourceAsStream(name))) {
      return WfFormatImporter.read(in.readAllBytes());
    }
  }

  private static Map<String, List<String>> edges(WorkflowDefinition definition) {
    return definition.steps().stream()
        .collect(Collectors.toMap(StepDefinition::id, StepDefinition::dependencyIds));
  }

  private static void refused(String json, String reason) {
    assertThatExceptionOfType(WfFormatException.class)
        .isThrownBy(() -> read(json))
        .withMessageContaining(reason);
  }

  @Test
  void tasksBecomeStepsThatDependOnTheirParents() throws Exception {
    WfInstance instance = resource("/wfformat/diamond.json");

    assertThat(instance.definition().name()).isEqualTo("Diamond__by_hand");
    assertThat(DefinitionValidator.validate(instance.definition())).isEmpty();
    assertThat(edges(instance.definition()))
        .isEqualTo(
            Map.of(
                "split_1", List.of(),
                "left", List.of("split_1"),
                "right", List.of("split_1"),
                "join_1-2", List.of("left", "right"),
                "join_1", List.of("join_1-2")));
    assertThat(instance.definition().steps())
        .allSatisfy(
            step ->
                assertThat(step.action())
                    .isEqualTo(new StepAction.Work(WfFormatImporter.STEP_TYPE, "default", null)));
    assertThat(instance.taskIds())
        .containsEntry("join_1-2", "join:1")
        .containsEntry("join_1", "join_1")
        .containsEntry("split_1", "split/1");
    assertThat(instance.runtimes())
        .isEqualTo(
            Map.of(
                "split_1", Duration.ofMillis(1_500),
                "left", Duration.ofSeconds(2),
                "right", Duration.ofMillis(4_250),
                "join_1-2", Duration.ofNanos(1_000),
                "join_1", Duration.ZERO));
    assertThat(CriticalPath.seconds(instance.definition(), instance.runtimes()))
        .isEqualTo(5.750001);
  }

  @Test
  void whatIsNotTakenOverAsItStandsIsNoted() throws Exception {
    assertThat(resource("/wfformat/diamond.json").notes())
        .containsExactly(
            "2 task ids are no step names and were renamed",
            "2 edges stand only in parents and were taken over",
            "1 edges are named twice by one task and were taken over once",
            "1 references to tasks that are not in the document were left out",
            "1 tasks have no run time and count as taking none");
  }

  @Test
  void theLayoutBefore15IsRead() throws Exception {
    WfInstance instance = resource("/wfformat/chain-1.3.json");

    assertThat(edges(instance.definition()))
        .isEqualTo(Map.of("1", List.of(), "2", List.of("1"), "3", List.of("2")));
    assertThat(CriticalPath.seconds(instance.definition(), instance.runtimes())).isEqualTo(3.5);
    assertThat(instance.notes()).isEmpty();
  }

  @Test
  void edgesThatOnlyParentsNameCountWhenTheyNameThemselves() throws Exception {
    WfInstance instance =
        read(
            """
            {"workflow": {"specification": {"tasks": [
              {"id": "a", "children": ["b"]}, {"id": "b"}]}}}
            """);
    assertThat(edges(instance.definition())).containsEntry("b", List.of("a"));
    assertThat(instance.notes())
        .containsExactly("2 tasks have no run time and count as taking none");
  }

  @Test
  void longTaskIdsStayApart() throws Exception {
    String prefix = "/" + "x".repeat(200);
    String tasks =
        IntStream.range(0, 12)
            .mapToObj(i -> "{\"id\": \"%s%d\"}".formatted(prefix, i))
            .collect(Collectors.joining(","));
    WfInstance instance = read("{\"workflow\": {\"tasks\": [%s]}}".formatted(tasks));
    assertThat(instance.taskIds()).hasSize(12).containsValue(prefix + "11");
    assertThat(DefinitionValidator.validate(instance.definition())).isEmpty();
  }

  @Test
  void whatCannotBeADefinitionIsRefusedWithTheReason() {
    refused("", "not a WfFormat document: line 1");
    refused("null", "not a WfFormat document");
    refused("[1]", "not a WfFormat document: line 1, column 1");
    refused("{\"workflow\": {\"tasks\": 7}}", "not a WfFormat document: line 1");
    refused("{\"schemaVersion\": \"1.1\", \"workflow\": {\"jobs\": []}}", "'1.1'");
    refused("{\"workflow\": {\"tasks\": [{\"id\": \"a\"}, {}]}}", "task 2 has neither id nor name");
    refused("{\"workflow\": {\"tasks\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}}", "id 'a'");
    refused(
        "{\"workflow\": {\"tasks\": [{\"id\": \"a\", \"parents\": [\"b\"], \"children\": [\"b\"]}, {\"id\": \"b\"}]}}",
        "cycle: the steps a -> b -> a");
    refused(
        IntStream.rangeClosed(0, 10_000)
            .mapToObj(i -> "{\"id\": \"t%d\"}".formatted(i))
            .collect(Collectors.joining(",", "{\"workflow\": {\"tasks\": [", "]}}")),
        "too-many-steps");
  }

  @Test
  void aLargeInstanceIsReadWhole() throws Exception {
    int fanIn = 1_100;
    int tasks = 2_122;
    StringBuilder specification = new StringBuilder();
    StringBuilder execution = new StringBuilder();
    for (int i = 0; i < tasks; i++) {
      String parents =
          i == 0
              ? ""
              : i <= fanIn
                  ? "\"t/0\""
                  : i == fanIn + 1
                      ? IntStream.rangeClosed(1, fanIn)
                          .mapToObj(p -> "\"t/" + p + "\"")
                          .collect(Collectors.joining(","))
                      : "\"t/%d\",\"t/%d\",\"t/%d\",\"t/0\"".formatted(i - 1, fanIn + 1, i - fanIn);
      specification.append(
          "%s{\"id\":\"t/%d\",\"parents\":[%s]}".formatted(i == 0 ? "" : ",", i, parents));
      execution.append(
          "%s{\"id\":\"t/%d\",\"runtimeInSeconds\":0.5}".formatted(i == 0 ? "" : ",", i));
    }
    WfInstance instance =
        read(
            "{\"name\":\"large\",\"workflow\":{\"specification\":{\"tasks\":[%s]},\"execution\":{\"tasks\":[%s]}}}"
                .formatted(specification, execution));

    assertThat(instance.definition().steps()).hasSize(tasks);
    assertThat(edges(instance.definition()).values()).anyMatch(parents -> parents.size() == fanIn);
    assertThat(CriticalPath.seconds(instance.definition(), instance.runtimes()))
        .isEqualTo(0.5 * (3 + tasks - fanIn - 2));
  }

  @Test
  void theCriticalPathOfACycleIsRefused() {
    WorkflowDefinition ring =
        WorkflowDefinition.of(
            "ring",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                StepDefinition.work("a", "a", "q", List.of("b"), Duration.ZERO, null),
                StepDefinition.work("b", "b", "q", List.of("a"), Duration.ZERO, null)));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> CriticalPath.seconds(ring, Map.of()))
        .withMessageContaining("only 0 of the 2 steps");
  }

  @ParameterizedTest
  @CsvSource({
    "helloworld-chain-5-chameleon.json, 5, 4, 1",
    "srasearch-chameleon-20a-004.json, 42, 60, 20",
    "blast-chameleon-small-003.json, 43, 120, 40",
    "1000genome-chameleon-4ch-250k-001.json, 164, 212, 25",
    "epigenomics-chameleon-hep-2seq-50k-001.json, 223, 274, 37",
    "montage-chameleon-2mass-015d-001.json, 310, 798, 66",
  })
  void recordedExecutionsAreReadWhole(String file, int tasks, int edges, int fanIn)
      throws Exception {
    Path path = RECORDED.resolve(file);
    assumeTrue(
        Files.isReadable(path),
        () -> "recorded executions are no part of the project; with %s it is read".formatted(path));

    WfInstance instance = WfFormatImporter.read(path);

    List<StepDefinition> steps = instance.definition().steps();
    assertThat(steps).hasSize(tasks);
    assertThat(steps.stream().mapToInt(step -> step.dependsOn().size()).sum()).isEqualTo(edges);
    assertThat(steps.stream().map(step -> step.dependsOn().size()).max(Comparator.naturalOrder()))
        .contains(fanIn);
    assertThat(instance.notes()).isEmpty();
    double total =
        instance.runtimes().values().stream().mapToDouble(time -> time.toNanos() / 1e9).sum();
    assertThat(CriticalPath.seconds(instance.definition(), instance.runtimes()))
        .isPositive()
        .isLessThanOrEqualTo(total + 1e-6);
    ParsedDefinition printed =
        new DefinitionParser(new CelExpressions())
            .parse(DefinitionPrinter.print(instance.definition()).getBytes(StandardCharsets.UTF_8));
    assertThat(printed).isEqualTo(new ParsedDefinition.Accepted(instance.definition(), List.of()));
  }
}
