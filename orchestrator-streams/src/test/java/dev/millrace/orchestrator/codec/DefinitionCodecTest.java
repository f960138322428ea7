package dev.millrace.orchestrator.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefinitionCodecTest {
  private static final RetryPolicy RETRY =
      new RetryPolicy(
          5, Duration.ofMillis(250), 1.5, Duration.ofHours(1), 0.25, List.of("BadInput", "Gone"));

  @Test
  void everyFieldSurvivesARoundTrip() {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "order",
            7,
            Duration.ofDays(3),
            RETRY,
            List.of(
                StepDefinition.work("a", "charge", "payments", List.of(), Duration.ZERO, null),
                StepDefinition.work(
                    "b",
                    "ship",
                    "parcels",
                    List.of("a"),
                    Duration.ofSeconds(30),
                    new RetryPolicy(
                        2, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, List.of()))));

    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition))).isEqualTo(definition);
  }

  @Test
  void noRetryPolicyIsNoneAndBack() {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "plain",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(StepDefinition.work("a", "t", "q", List.of(), Duration.ZERO, null)));

    assertThat(DefinitionCodec.toAvro(definition).getRetry()).isNull();
    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition))).isEqualTo(definition);
  }

  @Test
  void orderOfStepsAndDependenciesIsTheAuthors() {
    List<StepDefinition> steps =
        IntStream.range(0, 1_000)
            .map(i -> 999 - i)
            .mapToObj(
                i ->
                    StepDefinition.work(
                        "s" + i,
                        "t",
                        "q",
                        i == 0 ? List.of() : List.of("s" + (i - 1), "s" + i / 2),
                        Duration.ZERO,
                        null))
            .toList();
    WorkflowDefinition definition = WorkflowDefinition.of("wide", 1, Duration.ZERO, RETRY, steps);

    assertThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(definition)).steps())
        .containsExactlyElementsOf(steps);
  }
}
