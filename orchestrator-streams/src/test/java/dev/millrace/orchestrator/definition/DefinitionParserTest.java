package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefinitionParserTest {
  private static final String EVERYTHING =
      """
      # Every field once.
      name: quake-assessment
      version: 3
      timeout: 1h
      queue: quakes
      retry: {maxAttempts: 5, initialInterval: 100ms, coefficient: 1.5, maxInterval: 10s, jitter: 0.25, nonRetryable: [ValidationError]}
      steps:
        - id: validate
        - id: enrich
          type: enrich.v2
          queue: geo
          dependsOn: [validate]
          timeout: PT30S
          retry:
            maxAttempts: 2
      """;

  private static final WorkflowDefinition EVERYTHING_MEANS =
      WorkflowDefinition.of(
          "quake-assessment",
          3,
          Duration.ofHours(1),
          new RetryPolicy(
              5,
              Duration.ofMillis(100),
              1.5,
              Duration.ofSeconds(10),
              0.25,
              List.of("ValidationError")),
          List.of(
              StepDefinition.work("validate", "validate", "quakes", List.of(), Duration.ZERO, null),
              StepDefinition.work(
                  "enrich",
                  "enrich.v2",
                  "geo",
                  List.of("validate"),
                  Duration.ofSeconds(30),
                  new RetryPolicy(
                      2, Duration.ofMillis(100), 2, Duration.ofSeconds(10), 0.2, List.of()))));

  @Test
  void everyFieldOfTheLanguageIsRead() {
    assertThat(Sources.accepted(EVERYTHING)).isEqualTo(EVERYTHING_MEANS);
  }

  @Test
  void jsonMeansTheSame() {
    String json =
        """
        {"name": "quake-assessment", "version": 3, "timeout": "1h", "queue": "quakes",
         "retry": {"maxAttempts": 5, "initialInterval": "100ms", "coefficient": 1.5,
                   "maxInterval": "10s", "jitter": 0.25, "nonRetryable": ["ValidationError"]},
        \t"steps": [{"id": "validate"},
                   {"id": "enr\\u0069ch", "type": "enrich.v2", "queue": "geo",
                    "dependsOn": ["validate"], "timeout": "PT30S", "retry": {"maxAttempts": 2}}]}
        """;
    assertThat(Sources.accepted(json)).isEqualTo(EVERYTHING_MEANS);
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    assertThat(Sources.accepted("name: w\nversion: 1\nsteps: [{id: a}]\n"))
        .isEqualTo(
            WorkflowDefinition.of(
                "w",
                1,
                Duration.ZERO,
                RetryPolicy.NONE,
                List.of(StepDefinition.work("a", "a", "default", List.of(), Duration.ZERO, null))));
  }

  @Test
  void theLongestWaitDefaultsToAMultipleOfTheFirst() {
    assertThat(
            Sources.accepted("name: w\nversion: 1\nretry: {initialInterval: 1m}\nsteps: [{id: a}]")
                .retry()
                .maxInterval())
        .isEqualTo(Duration.ofMinutes(100));
    assertThat(
            Sources.accepted(
                    "name: w\nversion: 1\nretry: {initialInterval: 3000d}\nsteps: [{id: a}]")
                .retry()
                .maxInterval())
        .isEqualTo(Duration.ofDays(3_650));
  }

  @Test
  void theDefaultQueueMayStandBehindTheSteps() {
    assertThat(
            Sources.accepted("name: w\nversion: 1\nsteps: [{id: a}]\nqueue: late\n")
                .steps()
                .getFirst()
                .action())
        .isEqualTo(new StepAction.Work("a", "late", null));
  }

  @Test
  void structureAndMeaningAreReportedTogetherWithTheirPlaces() {
    assertThat(
            Sources.refused(
                """
                nmae: w
                version: one
                timeout: 5 minutes
                retry: {jitter: 2}
                steps:
                  - id: a
                    dependson: []
                  - id: b
                    dependsOn:
                      - a1
                      - a
                      - a
                  - ids: c
                  - id: b
                    timeout: 30
                  - just a text
                  - id: e
                    dependsOn: [f]
                  - id: f
                    dependsOn: [e]
                """))
        .containsExactly(
            "1:1 unknown-field nmae",
            "1:1 missing-field name",
            "2:10 wrong-type version",
            "3:10 bad-duration timeout",
            "4:17 retry-jitter retry.jitter",
            "7:5 unknown-field steps[0].dependson",
            "10:9 unknown-dependency steps[1].dependsOn[0]",
            "12:9 duplicate-dependency steps[1].dependsOn[2]",
            "13:5 unknown-field steps[2].ids",
            "13:5 missing-field steps[2].id",
            "14:9 duplicate-step steps[3].id",
            "15:14 wrong-type steps[3].timeout",
            "16:5 wrong-type steps[4]",
            "18:16 cycle steps[5].dependsOn");
  }

  @Test
  void jsonProblemsHavePlacesToo() {
    assertThat(
            Sources.refused(
                """
                {"name": "w", "version": 1,
                 "steps": [{"id": "a", "dependsOn": ["b"]},
                           {"id": 7}]}
                """))
        .containsExactly(
            "2:38 unknown-dependency steps[0].dependsOn[0]", "3:19 wrong-type steps[1].id");
  }

  @Test
  void aNumberForAnIdIsStillTheIdForThoseWhoDependOnIt() {
    assertThat(Sources.refused("name: w\nversion: 1\nsteps: [{id: 1}, {id: a, dependsOn: ['1']}]"))
        .containsExactly("3:14 wrong-type steps[0].id");
  }

  @Test
  void aDuplicateFieldIsRefusedAndItsFirstValueCounts() {
    assertThat(Sources.refused("name: w\nversion: 1\nversion: 0\nsteps: [{id: a}]"))
        .containsExactly("3:1 duplicate-field version");
    assertThat(
            Sources.refused(
                "{\"name\":\"w\",\"version\":1,\"steps\":[{\"id\":\"a\",\"id\":\"b\"}]}"))
        .containsExactly("1:44 duplicate-field steps[0].id");
  }

  @Test
  void aBadDefaultQueueIsReportedOnce() {
    assertThat(Sources.refused("name: w\nversion: 1\nqueue: A\nsteps: [{id: a}, {id: b}]"))
        .containsExactly("3:8 bad-queue queue");
  }

  @Test
  void timeoutsAreAboveZeroAndInRange() {
    assertThat(
            Sources.refused(
                """
                name: w
                version: 1
                timeout: PT0S
                steps:
                - {id: a, timeout: 3651d}
                - {id: b, timeout: 0s}
                - {id: c, timeout: 999999999999d}
                - {id: d, timeout: 3650d}
                - {id: e, timeout: P1DT2H3M4.005S}
                - {id: f, timeout: PT}
                - {id: g, timeout: -PT1S}
                """))
        .containsExactly(
            "3:10 timeout-range timeout",
            "5:20 timeout-range steps[0].timeout",
            "6:20 bad-duration steps[1].timeout",
            "7:20 timeout-range steps[2].timeout",
            "10:20 bad-duration steps[5].timeout",
            "11:20 bad-duration steps[6].timeout");
  }

  @Test
  void numbersMustBeNumbersOfTheField() {
    assertThat(
            Sources.refused(
                """
                name: w
                version: 99999999999
                retry: {maxAttempts: 1.5, coefficient: .inf, jitter: "0.1"}
                steps: [{id: a}]
                """))
        .containsExactly(
            "2:10 wrong-type version",
            "3:22 wrong-type retry.maxAttempts",
            "3:40 wrong-type retry.coefficient",
            "3:54 wrong-type retry.jitter");
    assertThat(Sources.refused("name: w\nversion: " + "1".repeat(65) + "\nsteps: [{id: a}]"))
        .containsExactly("2:10 wrong-type version");
    assertThat(Sources.accepted("name: w\nversion: 2.0\nsteps: [{id: a}]").version()).isEqualTo(2);
  }

  @Test
  void valuesOfTheWrongShapeAreReportedAndPassedOver() {
    assertThat(
            Sources.refused(
                """
                name: [w]
                version:
                retry: twice
                steps:
                  - id: {x: y}
                    dependsOn: a
                  - id: b
                    dependsOn: [[c], {d: e}, b]
                    retry: {nonRetryable: {a: b}}
                  - id: c
                    ? {complex: key}
                    : value
                """))
        .containsExactly(
            "1:7 wrong-type name",
            "2:9 wrong-type version",
            "3:8 wrong-type retry",
            "5:9 wrong-type steps[0].id",
            "6:16 wrong-type steps[0].dependsOn",
            "8:17 wrong-type steps[1].dependsOn[0]",
            "8:22 missing-field steps[1].dependsOn[1].step",
            "8:23 unknown-field steps[1].dependsOn[1].d",
            "8:30 self-dependency steps[1].dependsOn[2]",
            "9:27 wrong-type steps[1].retry.nonRetryable",
            "11:7 unknown-field steps[2].");
  }

  @Test
  void readingStopsAtTheHundredthProblem() {
    List<String> problems =
        Sources.refused("name: w\nversion: 1\nsteps:\n" + "- {idd: a, id: b}\n".repeat(200));
    assertThat(problems).hasSize(DefinitionParser.PROBLEMS + 1);
    assertThat(problems.getLast()).endsWith("too-many-problems");
  }

  @Test
  void nonRetryableTypesAreFew() {
    String types = "name: w\nversion: 1\nretry: {nonRetryable: [%s]}\nsteps: [{id: a}]\n";
    List<String> hundred = IntStream.range(0, 100).mapToObj(i -> "E" + i).toList();
    assertThat(Sources.accepted(types.formatted(String.join(",", hundred))).retry().nonRetryable())
        .isEqualTo(hundred);
    assertThat(Sources.refused(types.formatted(String.join(",", hundred) + ",X")))
        .singleElement()
        .asString()
        .endsWith("retry-non-retryable retry.nonRetryable");
  }

  @Test
  void messagesTellWhatToDo() {
    assertThat(
            Sources.parse(
                    "name: w\nversion: 1\nsteps:\n- id: a\n- id: b\n  dependsOn: [a1]\n  tiemout: 5s")
                .problems())
        .extracting(problem -> problem.render("w.yaml"))
        .containsExactly(
            "w.yaml:6:15: error: unknown-dependency: step 'b' depends on 'a1', which is not a step of this definition; add that step or remove the dependency",
            "w.yaml:7:3: error: unknown-field: 'tiemout' is not a field here; did you mean 'timeout'?");
  }

  @Test
  void warningsDoNotRefuse() {
    ParsedDefinition parsed =
        Sources.parse(
            """
            name: w
            version: 1
            timeout: 10s
            retry: {maxAttempts: 3}
            steps:
              - id: a
                timeout: 10s
                retry: {maxAttempts: 1, coefficient: 3}
              - id: b
                retry: {initialInterval: 20s, jitter: 0.5}
              - id: c
                retry: {maxAttempts: 1}
            """);
    assertThat(parsed).isInstanceOf(ParsedDefinition.Accepted.class);
    assertThat(parsed.problems())
        .extracting(problem -> problem.line() + " " + problem.severity() + " " + problem.code())
        .containsExactly(
            "4 WARNING unused-retry",
            "7 WARNING pointless-timeout",
            "8 WARNING pointless-retry",
            "10 WARNING retry-after-timeout");
  }
}
