package dev.millrace.orchestrator.core.definition;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Settings of steps: their ranges, and what goes with what. */
class StepSettingsTest {
  private static WorkflowDefinition workflow(List<StepDefinition> steps) {
    return WorkflowDefinition.of("w", 1, Duration.ZERO, RetryPolicy.NONE, steps);
  }

  private static List<String> codes(WorkflowDefinition definition) {
    return DefinitionValidator.validate(definition).stream().map(Violation::code).toList();
  }

  private static List<String> refused(UnaryOperator<TestStep> change) {
    return DefinitionValidator.validate(
            new WorkflowDefinition(
                "w",
                1,
                Duration.ZERO,
                RetryPolicy.NONE,
                0,
                null,
                List.of(
                    change.apply(TestStep.of("a")).build(), step("b"), step("c", "b"), choice()),
                List.of(step("z"))))
        .stream()
        .peek(violation -> assertThat(violation.message()).isNotBlank())
        .map(violation -> violation.code() + " " + violation.path())
        .toList();
  }

  private static StepDefinition choice() {
    return TestStep.of("choice")
        .does(new StepAction.Choose(List.of(new StepAction.Case("x", "true"))))
        .build();
  }

  private static Reaction route(String step) {
    return new Reaction.Route(step);
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
    assertThat(refused(step -> step.after(Dependency.on("z"))))
        .containsExactly("other-part steps[0].dependsOn[0]");
    assertThat(refused(step -> step.after(Dependency.on("b")).onFailure(route("b"))))
        .containsExactly("cycle steps[0].dependsOn");
    assertThat(
            codes(
                workflow(List.of(TestStep.of("a").onFailure(route("b")).build(), step("b", "a")))))
        .containsExactly("route-target");
    assertThat(
            DefinitionValidator.validate(
                workflow(
                    List.of(
                        TestStep.of("a").onFailure(route("b")).build(),
                        TestStep.of("b").onFailure(route("a")).build()))))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.message())
                    .contains("a -> b -> a", "or takes over its failures"));
  }

  @Test
  void casesAreThoseOfTheSwitch() {
    assertThat(refused(step -> step.after(new Dependency("choice", null, "x")))).isEmpty();
    assertThat(refused(step -> step.after(new Dependency("choice", null, "y"))))
        .containsExactly("unknown-case steps[0].dependsOn[0].case");
    assertThat(refused(step -> step.after(new Dependency("b", null, "x"))))
        .containsExactly("unknown-case steps[0].dependsOn[0].case");
    assertThat(refused(step -> step.does(new StepAction.Choose(List.of()))))
        .containsExactly("switch-cases steps[0].switch");
    assertThat(
            refused(
                step ->
                    step.does(
                        new StepAction.Choose(
                            List.of(
                                new StepAction.Case("x", null), new StepAction.Case("x", "t"))))))
        .containsExactly("switch-cases steps[0].switch[0]", "switch-cases steps[0].switch[1].case");
  }

  @Test
  void joinsAskForNoMoreThanThereIs() {
    Dependency b = Dependency.on("b");
    Dependency c = Dependency.on("c");
    assertThat(refused(step -> step.after(b).after(c).join(JoinRule.atLeast(2)))).isEmpty();
    assertThat(refused(step -> step.after(b).after(c).join(JoinRule.atLeast(3))))
        .containsExactly("join-range steps[0].join.atLeast");
    assertThat(refused(step -> step.after(b).join(JoinRule.atLeast(0))))
        .containsExactly("join-range steps[0].join.atLeast");
    List<StepDefinition> many = new ArrayList<>();
    IntStream.range(0, 256).forEach(i -> many.add(step("s" + i)));
    String[] all = many.stream().map(StepDefinition::id).toArray(String[]::new);
    many.add(TestStep.of("a", all).join(JoinRule.atLeast(2)).build());
    assertThat(codes(workflow(many))).containsExactly("join-range");
    many.set(256, TestStep.of("a", all).join(JoinRule.ANY).build());
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

    assertThat(refused(step -> step.forEach(batched).compensation(undo))).isEmpty();
    assertThat(refused(step -> step.does(child).compensation(undo))).isEmpty();
    assertThat(refused(step -> step.does(child).forEach(each).compensation(undo))).isEmpty();
    assertThat(refused(step -> step.does(child).forEach(batched)))
        .containsExactly("not-together steps[0].forEach.batchSize");
    StepAction detached = new StepAction.StartChild("d", 0, null, null, true, false);
    assertThat(refused(step -> step.does(detached).forEach(each)))
        .containsExactly("not-together steps[0].workflow.detached");
    assertThat(refused(step -> step.compensation(undo).cache(cache))).isEmpty();
    assertThat(refused(step -> step.does(child).cache(cache)))
        .containsExactly("not-together steps[0].cache");
    assertThat(refused(step -> step.forEach(batched).cache(cache)))
        .containsExactly("not-together steps[0].cache");
    assertThat(refused(step -> step.forEach(each).repeat(repeat)))
        .containsExactly("not-together steps[0].repeat");
    assertThat(refused(step -> step.does(set).forEach(each).compensation(undo).repeat(repeat)))
        .containsExactly(
            "not-together steps[0].compensate",
            "not-together steps[0].repeat",
            "not-together steps[0].forEach",
            "not-together steps[0].repeat");
    assertThat(
            refused(
                step ->
                    step.does(set)
                        .timeouts(
                            new Timeouts(
                                Duration.ZERO,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1)))))
        .containsExactly(
            "not-together steps[0].heartbeat",
            "not-together steps[0].scheduleToStart",
            "not-together steps[0].scheduleToClose");
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
                    List.of(TestStep.of("a").compensation(undo).build()))))
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
    assertThat(refused(step -> step.does(new StepAction.SetValue("x".repeat(64 * 1024 + 1)))))
        .containsExactly("template-text steps[0].set");
    assertThat(
            codes(
                workflow(
                    IntStream.range(0, 2)
                        .mapToObj(
                            i ->
                                TestStep.of("s" + i)
                                    .does(new StepAction.SetValue("${}".repeat(1_001)))
                                    .build())
                        .toList())))
        .containsExactly("too-many-expressions");
  }

  @Test
  void eachTextIsBoundedWhereItStands() {
    String text = "x".repeat(64 * 1024 + 1);
    assertThat(refused(step -> step.does(new StepAction.Work("t", "q", text))))
        .containsExactly("template-text steps[0].input");
    assertThat(refused(step -> step.does(new StepAction.Work("t", "q", null, text))))
        .containsExactly("template-text steps[0].affinity");
    assertThat(refused(step -> step.does(new StepAction.Delay(text))))
        .containsExactly("template-text steps[0].delay");
    assertThat(refused(step -> step.does(new StepAction.Until(text))))
        .containsExactly("template-text steps[0].until");
    assertThat(refused(step -> step.does(new StepAction.AwaitSignal("s", text, text))))
        .containsExactly(
            "template-text steps[0].signal.schema", "template-text steps[0].signal.form");
    assertThat(
            refused(
                step -> step.does(new StepAction.StartChild("d", -1, text, text, false, false))))
        .containsExactly(
            "bad-version steps[0].workflow.version",
            "template-text steps[0].workflow.id",
            "template-text steps[0].workflow.input");
    assertThat(refused(step -> step.forEach(new ForEach(text, 0, 1, 0, false))))
        .containsExactly("expression-text steps[0].forEach.items");
    assertThat(refused(step -> step.repeat(new Repeat(text, Duration.ZERO, 1))))
        .containsExactly("expression-text steps[0].repeat.until");
    assertThat(refused(step -> step.cache(new ResultCache(text, Duration.ofHours(1)))))
        .containsExactly("template-text steps[0].cache.key");
    assertThat(
            refused(
                step ->
                    step.compensation(
                        new Compensation("", "no queue", text, Duration.ofNanos(1), null))))
        .containsExactly(
            "bad-name steps[0].compensate.type",
            "bad-queue steps[0].compensate.queue",
            "template-text steps[0].compensate.input",
            "timeout-range steps[0].compensate.timeout");
    assertThat(refused(step -> step.timeout(Duration.ofNanos(1))))
        .containsExactly("timeout-range steps[0].timeout");
  }

  @Test
  void aSettingMayBeAsLargeAsItsLimit() {
    List<StepAction.Case> cases =
        IntStream.range(0, DefinitionLimits.CASES)
            .mapToObj(i -> new StepAction.Case("case-" + i, "true"))
            .toList();
    assertThat(refused(step -> step.does(new StepAction.Choose(cases)))).isEmpty();
    UnaryOperator<TestStep> many =
        step -> {
          IntStream.range(0, DefinitionLimits.FAILURE_RULES)
              .forEach(i -> step.onFailure(new Reaction.Fail(), "E" + i));
          return step;
        };
    assertThat(refused(many)).isEmpty();
    assertThat(refused(step -> step.forEach(new ForEach("x", 0, 1, Integer.MAX_VALUE, false))))
        .isEmpty();
    assertThat(refused(step -> step.forEach(new ForEach("x", 0, 1, 100, true)))).isEmpty();
    assertThat(refused(step -> step.after(Dependency.on("b")).join(JoinRule.atLeast(1)))).isEmpty();
  }

  @Test
  void failureRulesAreBounded() {
    assertThat(refused(step -> step.onFailure(new Reaction.Fail(), "A", "A", " ")))
        .containsExactly(
            "failure-rule steps[0].onFailure[0].types[1]",
            "failure-rule steps[0].onFailure[0].types[2]");
    UnaryOperator<TestStep> tooMany =
        step -> {
          IntStream.range(0, 101).forEach(i -> step.onFailure(new Reaction.Fail(), "E" + i));
          return step;
        };
    assertThat(refused(tooMany)).containsExactly("failure-rule steps[0].onFailure");
  }
}
