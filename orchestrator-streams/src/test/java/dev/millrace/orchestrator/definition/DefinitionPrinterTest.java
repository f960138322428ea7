package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionPrinterTest {
  private static final List<Duration> UNITS =
      List.of(
          Duration.ofMillis(1),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Duration.ofHours(1),
          Duration.ofDays(1));

  @Test
  void printsFieldsInOrderAndLeavesDefaultsOut() {
    assertThat(
            DefinitionPrinter.print(
                WorkflowDefinitions.define("w", 1)
                    .timeout(Duration.ofMinutes(90))
                    .queue("q")
                    .step("null")
                    .step("b", s -> s.dependsOn("null").retry(r -> r.nonRetryable("X: y", "*")))
                    .build()))
        .isEqualTo(
            """
            name: w
            version: 1
            timeout: 90m
            queue: q
            steps:
              - id: 'null'
              - id: b
                dependsOn:
                  - 'null'
                retry:
                    maxAttempts: 5
                    initialInterval: 100ms
                    coefficient: 2
                    maxInterval: 10s
                    jitter: 0.2
                    nonRetryable:
                      - 'X: y'
                      - '*'
            """);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 300, 4_000, 50_000})
  void whatIsPrintedIsParsedToTheSame(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      WorkflowDefinition definition = definition(random);
      String yaml = DefinitionPrinter.print(definition);
      assertThat(Sources.accepted(yaml)).as("seed %d, round %d", seed, i).isEqualTo(definition);
      assertThat(DefinitionPrinter.print(Sources.accepted(yaml))).isEqualTo(yaml);
    }
  }

  private static WorkflowDefinition definition(Random random) {
    List<StepDefinition> steps = new ArrayList<>();
    int count = 1 + random.nextInt(40);
    int queues = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int index = i;
      List<String> dependsOn =
          IntStream.range(0, i)
              .filter(j -> random.nextInt(index) < 3)
              .mapToObj(DefinitionPrinterTest::id)
              .toList();
      steps.add(
          StepDefinition.work(
              id(i),
              random.nextBoolean() ? id(i) : "type-" + random.nextInt(5),
              "queue-" + random.nextInt(queues),
              dependsOn,
              random.nextBoolean() ? Duration.ZERO : duration(random),
              random.nextInt(4) > 0 ? null : retry(random)));
    }
    return WorkflowDefinition.of(
        "w" + random.nextInt(100),
        1 + random.nextInt(Integer.MAX_VALUE),
        random.nextBoolean() ? Duration.ZERO : duration(random),
        random.nextBoolean() ? RetryPolicy.NONE : retry(random),
        steps);
  }

  /** Ids that a careless printer would write as a number, a boolean or nothing. */
  private static String id(int index) {
    return switch (index % 5) {
      case 0 -> "" + index;
      case 1 -> "true" + (index > 1 ? index : "");
      case 2 -> index + "e5";
      case 3 -> index > 3 ? "null." + index : "null";
      default -> "step_" + index;
    };
  }

  private static Duration duration(Random random) {
    return UNITS.get(random.nextInt(UNITS.size())).multipliedBy(1 + random.nextInt(3_000));
  }

  private static RetryPolicy retry(Random random) {
    Duration initial = duration(random);
    return new RetryPolicy(
        1 + random.nextInt(1_000),
        initial,
        random.nextBoolean() ? 1 + random.nextInt(100) : 1 + random.nextDouble() * 99,
        initial.plus(
            initial.compareTo(Duration.ofDays(300)) < 0 ? duration(random) : Duration.ZERO),
        random.nextBoolean() ? random.nextInt(2) : random.nextDouble(),
        random.nextBoolean() ? List.of() : List.of("E" + random.nextInt(9), "a b: c", "7"));
  }
}
