package dev.millrace.orchestrator.core.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

  private static List<String> refused(UnaryOperator<StepBuilder> change) {
    StepBuilder step = new StepBuilder();
    return DefinitionValidator.validate(
            new WorkflowDefinition(
                "w",
                1,
                Duration.ZERO,
                RetryPolicy.NONE,
                0,
                null,
                List.of(change.apply(step).toStep(), step("b"), step("c", "b"), choice()),
                List.of(step("z"))))
        .stream()
        .map(violation -> violation.code() + " " + violation.path())
        .toList();
  }

  private static StepDefinition choice() {
    return new StepBuilder()
        .id("choice")
        .action(new StepAction.Choose(List.of(new StepAction.Case("x", "true"))))
        .toStep();
  }

  private static FailureRule route(String step) {
    return new FailureRule(List.of(), new FailureRule.Reaction.Route(step));
  }

  @Test
  void routesLeadToOtherStepsOfTheSamePart() {
    assertThat(refused(step -> step.onFailure(route("b")))).isEmpty();
    assertThat(refused(step -> step.onFailure(route("bb"))))
        .containsExactly("unknown-route steps[0].onFailure[0].then.route");
    assertThat(refused(step -> step.onFailure(route("a"))))
        .containsExactly("route-target steps[0].onFailure[0].then.route");
    assertThat(refused(step -> step.onFailure(route("z"))))
        .containsExactly("other-part steps[0].onFailure[0].then.route");
    assertThat(refused(step -> step.dependsOn(Dependency.on("z"))))
        .containsExactly("other-part steps[0].dependsOn[0]");
    assertThat(refused(step -> step.dependsOn(Dependency.on("b")).onFailure(route("b"))))
        .containsExactly("cycle steps[0].dependsOn");
    assertThat(codes(workflow(new StepBuilder().onFailure(route("b")).toStep(), step("b", "a"))))
        .containsExactly("route-target");
    assertThat(
            DefinitionValidator.validate(
                workflow(
                    new StepBuilder().onFailure(route("b")).toStep(),
                    new StepBuilder().id("b").onFailure(route("a")).toStep())))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.message())
                    .contains("a -> b -> a", "or takes over its failures"));
  }

  @Test
  void casesAreThoseOfTheSwitch() {
    assertThat(refused(step -> step.dependsOn(new Dependency("choice", null, "x")))).isEmpty();
    assertThat(refused(step -> step.dependsOn(new Dependency("choice", null, "y"))))
        .containsExactly("unknown-case steps[0].dependsOn[0].case");
    assertThat(refused(step -> step.dependsOn(new Dependency("b", null, "x"))))
        .containsExactly("unknown-case steps[0].dependsOn[0].case");
    assertThat(refused(step -> step.action(new StepAction.Choose(List.of()))))
        .containsExactly("switch-cases steps[0].switch");
    assertThat(
            refused(
                step ->
                    step.action(
                        new StepAction.Choose(
                            List.of(
                                new StepAction.Case("x", null), new StepAction.Case("x", "t"))))))
        .containsExactly("switch-cases steps[0].switch[0]", "switch-cases steps[0].switch[1].case");
  }

  @Test
  void joinsAskForNoMoreThanThereIs() {
    Dependency b = Dependency.on("b");
    Dependency c = Dependency.on("c");
    assertThat(refused(step -> step.dependsOn(b, c).join(JoinRule.atLeast(2)))).isEmpty();
    assertThat(refused(step -> step.dependsOn(b, c).join(JoinRule.atLeast(3))))
        .containsExactly("join-range steps[0].join.atLeast");
    assertThat(refused(step -> step.dependsOn(b).join(JoinRule.atLeast(0))))
        .containsExactly("join-range steps[0].join.atLeast");
    List<StepDefinition> many = new ArrayList<>();
    IntStream.range(0, 256).forEach(i -> many.add(step("s" + i)));
    Dependency[] all =
        many.stream().map(each -> Dependency.on(each.id())).toArray(Dependency[]::new);
    many.add(new StepBuilder().dependsOn(all).join(JoinRule.atLeast(2)).toStep());
    assertThat(codes(workflow(many))).containsExactly("join-range");
    many.set(256, new StepBuilder().dependsOn(all).join(JoinRule.ANY).toStep());
    assertThat(codes(workflow(many))).isEmpty();
  }

  @Test
  void numbersAndTimesHaveTheirRanges() {
    assertThat(refused(step -> step.repeat(new Repeat("true", Duration.ofNanos(1), 10_001))))
        .containsExactly("repeat-range steps[0].repeat.delay", "repeat-range steps[0].repeat.max");
    assertThat(refused(step -> step.forEach(new ForEach("x", 10_001, 1_001, -1, false))))
        .containsExactly(
            "max-parallel steps[0].forEach.maxParallel",
            "batch-size steps[0].forEach.batchSize",
            "tolerate-range steps[0].forEach.tolerate");
    assertThat(refused(step -> step.forEach(new ForEach("x", 0, 1, 101, true))))
        .containsExactly("tolerate-range steps[0].forEach.tolerate");
    assertThat(refused(step -> step.cache(new ResultCache(null, Duration.ZERO))))
        .containsExactly("cache-ttl steps[0].cache.ttl");
    assertThat(
            refused(
                step ->
                    step.window(
                        new DeliveryWindow(
                            ZoneOffset.UTC, Set.of(), LocalTime.of(1, 0, 1), LocalTime.MAX))))
        .containsExactly(
            "window-range steps[0].window.days",
            "window-range steps[0].window.from",
            "window-range steps[0].window.to");
    assertThat(
            codes(
                new WorkflowDefinition(
                    "w",
                    1,
                    Duration.ZERO,
                    RetryPolicy.NONE,
                    10_001,
                    null,
                    List.of(step("a")),
                    List.of())))
        .containsExactly("max-parallel");
  }

  @Test
  void settingsGoWithWhatTheStepDoes() {
    StepAction set = new StepAction.SetValue("1");
    StepAction child = new StepAction.StartChild("d", 0, null, null, false, true);
    ForEach each = new ForEach("input.l", 0, 1, 0, false);
    ForEach batched = new ForEach("input.l", 0, 2, 0, false);
    Repeat repeat = new Repeat("true", Duration.ZERO, 2);
    Compensation undo = new Compensation("t", "q", null, Duration.ZERO, null);
    ResultCache cache = new ResultCache(null, Duration.ofHours(1));

    assertThat(refused(step -> step.action(child).forEach(each).compensation(undo))).isEmpty();
    assertThat(refused(step -> step.forEach(batched).compensation(undo).cache(cache))).isEmpty();
    assertThat(refused(step -> step.action(child).forEach(batched).cache(cache)))
        .containsExactly("not-together steps[0].cache", "not-together steps[0].forEach.batchSize");
    assertThat(refused(step -> step.forEach(each).repeat(repeat)))
        .containsExactly("not-together steps[0].repeat");
    assertThat(refused(step -> step.action(set).forEach(each).compensation(undo).repeat(repeat)))
        .containsExactly(
            "not-together steps[0].compensate",
            "not-together steps[0].repeat",
            "not-together steps[0].forEach",
            "not-together steps[0].repeat");
    assertThat(
            refused(
                step ->
                    step.action(set)
                        .timeouts(
                            new Timeouts(
                                Duration.ZERO,
                                Duration.ofSeconds(1),
                                Duration.ZERO,
                                Duration.ofSeconds(1)))))
        .containsExactly(
            "not-together steps[0].heartbeat", "not-together steps[0].scheduleToStart");
    assertThat(
            DefinitionValidator.validate(
                new WorkflowDefinition(
                    "w",
                    1,
                    Duration.ZERO,
                    RetryPolicy.NONE,
                    0,
                    null,
                    List.of(step("b")),
                    List.of(new StepBuilder().compensation(undo).toStep()))))
        .extracting(Violation::path)
        .containsExactly("finally[0].compensate");
  }

  @Test
  void textsAreBoundedAndCanBeStored() {
    assertThat(refused(step -> step.when("x".repeat(2_000)))).isEmpty();
    assertThat(refused(step -> step.when("x".repeat(2_001))))
        .containsExactly("expression-text steps[0].when");
    assertThat(refused(step -> step.when("'\ud83c'")))
        .containsExactly("expression-text steps[0].when");
    assertThat(refused(step -> step.when("'\ud83c\udf0b'"))).isEmpty();
    assertThat(refused(step -> step.action(new StepAction.SetValue("x".repeat(64 * 1024 + 1)))))
        .containsExactly("template-text steps[0].set");
    assertThat(
            codes(
                workflow(
                    IntStream.range(0, 2)
                        .mapToObj(
                            i ->
                                new StepBuilder()
                                    .id("s" + i)
                                    .action(new StepAction.SetValue("${}".repeat(1_001)))
                                    .toStep())
                        .toList())))
        .containsExactly("too-many-expressions");
  }

  @Test
  void failureRulesAreBounded() {
    FailureRule bad = new FailureRule(List.of("A", "A", " "), new FailureRule.Reaction.Fail());
    assertThat(refused(step -> step.onFailure(bad)))
        .containsExactly(
            "failure-rule steps[0].onFailure[0].types[1]",
            "failure-rule steps[0].onFailure[0].types[2]");
    FailureRule[] many =
        IntStream.range(0, 101)
            .mapToObj(i -> new FailureRule(List.of("E" + i), new FailureRule.Reaction.Fail()))
            .toArray(FailureRule[]::new);
    assertThat(refused(step -> step.onFailure(many)))
        .containsExactly("failure-rule steps[0].onFailure");
  }

  /** A step that may say anything. */
  private static final class StepBuilder {
    private String id = "a";
    private StepAction action = new StepAction.Work("t", "q", null);
    private List<Dependency> dependsOn = List.of();
    private @Nullable JoinRule join;
    private @Nullable String when;
    private Timeouts timeouts = Timeouts.NONE;
    private List<FailureRule> onFailure = List.of();
    private @Nullable Repeat repeat;
    private @Nullable ForEach forEach;
    private @Nullable Compensation compensation;
    private @Nullable DeliveryWindow window;
    private @Nullable ResultCache cache;

    StepBuilder id(String id) {
      this.id = id;
      return this;
    }

    StepBuilder action(StepAction action) {
      this.action = action;
      return this;
    }

    StepBuilder dependsOn(Dependency... dependencies) {
      this.dependsOn = List.of(dependencies);
      return this;
    }

    StepBuilder join(JoinRule join) {
      this.join = join;
      return this;
    }

    StepBuilder when(String when) {
      this.when = when;
      return this;
    }

    StepBuilder timeouts(Timeouts timeouts) {
      this.timeouts = timeouts;
      return this;
    }

    StepBuilder onFailure(FailureRule... rules) {
      this.onFailure = List.of(rules);
      return this;
    }

    StepBuilder repeat(Repeat repeat) {
      this.repeat = repeat;
      return this;
    }

    StepBuilder forEach(ForEach forEach) {
      this.forEach = forEach;
      return this;
    }

    StepBuilder compensation(Compensation compensation) {
      this.compensation = compensation;
      return this;
    }

    StepBuilder window(DeliveryWindow window) {
      this.window = window;
      return this;
    }

    StepBuilder cache(ResultCache cache) {
      this.cache = cache;
      return this;
    }

    StepDefinition toStep() {
      return new StepDefinition(
          id,
          action,
          dependsOn,
          join,
          when,
          timeouts,
          null,
          onFailure,
          repeat,
          forEach,
          compensation,
          window,
          cache);
    }
  }
}
