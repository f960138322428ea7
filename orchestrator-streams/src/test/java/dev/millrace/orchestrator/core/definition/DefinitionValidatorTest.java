package dev.millrace.orchestrator.core.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DefinitionValidatorTest {
  private static final Duration TEN_YEARS = Duration.ofDays(3_650);

  private static StepDefinition step(String id, String... dependsOn) {
    return StepDefinition.work(id, id, "default", List.of(dependsOn), Duration.ZERO, null);
  }

  private static WorkflowDefinition workflow(StepDefinition... steps) {
    return workflow(List.of(steps));
  }

  private static WorkflowDefinition workflow(List<StepDefinition> steps) {
    return WorkflowDefinition.of("w", 1, Duration.ZERO, RetryPolicy.NONE, steps);
  }

  private static WorkflowDefinition retrying(RetryPolicy retry) {
    return WorkflowDefinition.of("w", 1, Duration.ZERO, retry, List.of(step("a")));
  }

  private static List<String> codes(WorkflowDefinition definition) {
    return DefinitionValidator.validate(definition).stream().map(Violation::code).toList();
  }

  @Test
  void aDiamondIsValid() {
    assertThat(codes(workflow(step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))))
        .isEmpty();
  }

  @Test
  void everyViolationIsReportedAtOnce() {
    StepDefinition bad =
        StepDefinition.work("b b", "", "Q", List.of("zz"), Duration.ofNanos(1), RetryPolicy.NONE);
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "", 0, TEN_YEARS.plusMillis(1), RetryPolicy.NONE, List.of(bad, step("a"), step("a")));

    assertThat(DefinitionValidator.validate(definition))
        .extracting(Violation::path, Violation::code)
        .containsExactly(
            tuple("name", "bad-name"),
            tuple("version", "bad-version"),
            tuple("timeout", "timeout-range"),
            tuple("steps[0].id", "bad-name"),
            tuple("steps[0].type", "bad-name"),
            tuple("steps[0].queue", "bad-queue"),
            tuple("steps[0].timeout", "timeout-range"),
            tuple("steps[2].id", "duplicate-step"),
            tuple("steps[0].dependsOn[0]", "unknown-dependency"));
  }

  @Test
  void aDefinitionNeedsAStep() {
    assertThat(codes(workflow())).containsExactly("no-steps");
  }

  @Test
  void stepsAreLimited() {
    List<StepDefinition> steps =
        IntStream.range(0, DefinitionLimits.STEPS).mapToObj(i -> step("s" + i)).toList();
    assertThat(codes(workflow(steps))).isEmpty();

    List<StepDefinition> oneMore = new ArrayList<>(steps);
    oneMore.add(step("last"));
    assertThat(codes(workflow(oneMore))).containsExactly("too-many-steps");
  }

  @Test
  void dependenciesAreLimited() {
    List<StepDefinition> steps = new ArrayList<>();
    String[] sources = IntStream.range(0, 500).mapToObj(i -> "s" + i).toArray(String[]::new);
    for (String source : sources) {
      steps.add(step(source));
    }
    for (int i = 0; i < 100; i++) {
      steps.add(step("join" + i, sources));
    }
    assertThat(codes(workflow(steps))).isEmpty();

    steps.add(step("last", "s0"));
    assertThat(codes(workflow(steps))).containsExactly("too-many-dependencies");
  }

  @Test
  void anUnknownDependencyNamesTheNearestStep() {
    assertThat(DefinitionValidator.validate(workflow(step("validate"), step("b", "validte"))))
        .containsExactly(
            new Violation(
                "steps[1].dependsOn[0]",
                "unknown-dependency",
                "step 'b' depends on 'validte', which is not a step of this definition; did you mean 'validate'?"));
  }

  @Test
  void aNameFarFromAllStepsGetsNoSuggestion() {
    assertThat(DefinitionValidator.validate(workflow(step("validate"), step("b", "a100%s"))))
        .extracting(Violation::message)
        .containsExactly(
            "step 'b' depends on 'a100%s', which is not a step of this definition; add that step or remove the dependency");
  }

  @Test
  void selfAndDuplicateDependenciesAreNotCycles() {
    assertThat(codes(workflow(step("a", "a"), step("b", "a", "a"))))
        .containsExactly("self-dependency", "duplicate-dependency");
  }

  @Test
  void aCycleIsSpelledOut() {
    assertThat(
            DefinitionValidator.validate(
                workflow(step("a", "c"), step("b", "a"), step("c", "b"), step("d", "c"))))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.path()).isEqualTo("steps[0].dependsOn");
              assertThat(violation.message()).contains("steps a -> c -> b -> a wait");
            });
  }

  @Test
  void separateCyclesAreEachReported() {
    assertThat(
            DefinitionValidator.validate(
                workflow(
                    step("a", "b"),
                    step("b", "a"),
                    step("c", "b", "d"),
                    step("d", "e"),
                    step("e", "d", "c"))))
        .extracting(Violation::message)
        .satisfiesExactly(
            first -> assertThat(first).contains("a -> b -> a"),
            second -> assertThat(second).contains("c -> d -> e -> c"));
  }

  @Test
  void theShortestRingThroughTheFirstStepIsShown() {
    assertThat(
            DefinitionValidator.validate(
                workflow(step("a", "b", "d"), step("b", "c"), step("c", "a"), step("d", "a"))))
        .singleElement()
        .satisfies(violation -> assertThat(violation.message()).contains("a -> d -> a"));
  }

  @Test
  void theLongestChainIsValidAndTheLongestRingIsFound() {
    List<StepDefinition> chain = new ArrayList<>();
    chain.add(step("s0"));
    for (int i = 1; i < DefinitionLimits.STEPS; i++) {
      chain.add(step("s" + i, "s" + (i - 1)));
    }
    assertThat(codes(workflow(chain))).isEmpty();

    chain.set(0, step("s0", "s9999"));
    assertThat(DefinitionValidator.validate(workflow(chain)))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.message())
                    .contains("s0 -> s9999 -> s9998")
                    .contains("... 9,900 more ...")
                    .contains("s2 -> s1 -> s0")
                    .contains("these 10,000 dependencies"));
  }

  @Test
  void violationsAreCountedBeyondTheFirstHundred() {
    List<StepDefinition> steps =
        IntStream.range(0, 250).mapToObj(i -> step("s" + i, "nowhere" + i)).toList();

    List<Violation> violations = DefinitionValidator.validate(workflow(steps));

    assertThat(violations).hasSize(DefinitionLimits.VIOLATIONS + 1);
    assertThat(violations.getLast().code()).isEqualTo("more-violations");
    assertThat(violations.getLast().message()).startsWith("and 150 more violations");
  }

  @Test
  void retryPoliciesAreValidAtTheirEdges() {
    Duration ms = Duration.ofMillis(1);
    assertThat(codes(retrying(new RetryPolicy(1, ms, 1, ms, 0, List.of())))).isEmpty();
    assertThat(codes(retrying(new RetryPolicy(1_000, TEN_YEARS, 100, TEN_YEARS, 1, List.of("E")))))
        .isEmpty();
  }

  @Test
  void retryPoliciesOutOfRangeAreRefused() {
    Duration ms = Duration.ofMillis(1);
    RetryPolicy low = new RetryPolicy(0, Duration.ZERO, 0.9, Duration.ZERO, -0.1, List.of(" "));
    RetryPolicy high =
        new RetryPolicy(
            1_001, TEN_YEARS.plusMillis(1), 101, TEN_YEARS.plusMillis(1), 1.1, List.of("E", "E"));
    RetryPolicy crooked =
        new RetryPolicy(2, ms.multipliedBy(2), Double.NaN, ms, Double.NaN, List.of());
    List<String> types = IntStream.rangeClosed(0, 100).mapToObj(i -> "E" + i).toList();

    List<String> all =
        List.of(
            "retry-attempts",
            "retry-interval",
            "retry-interval",
            "retry-coefficient",
            "retry-jitter",
            "retry-non-retryable");
    assertThat(codes(retrying(low))).isEqualTo(all);
    assertThat(codes(retrying(high))).isEqualTo(all);
    assertThat(codes(retrying(crooked)))
        .containsExactly("retry-interval", "retry-coefficient", "retry-jitter");
    assertThat(codes(retrying(new RetryPolicy(2, ms, 2, ms, 0, types))))
        .containsExactly("retry-non-retryable");
  }

  @Test
  void theRetryPolicyOfAStepIsCheckedToo() {
    StepDefinition step =
        StepDefinition.work(
            "a",
            "a",
            "default",
            List.of(),
            Duration.ofMillis(-1),
            new RetryPolicy(
                0, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, List.of("x".repeat(129))));
    assertThat(DefinitionValidator.validate(workflow(step)))
        .extracting(Violation::path)
        .containsExactly(
            "steps[0].timeout", "steps[0].retry.maxAttempts", "steps[0].retry.nonRetryable[0]");
  }

  @Test
  void messagesCarryNoControlCharactersAndNoLongTexts() {
    assertThat(DefinitionValidator.validate(workflow(step("\u001b[2J" + "x".repeat(500)))))
        .first()
        .satisfies(
            violation ->
                assertThat(violation.message())
                    .startsWith("'\\u001b[2Jxxx")
                    .contains("xxx...' is not a name")
                    .hasSizeLessThan(300));
  }
}
