package dev.millrace.orchestrator.core.definition;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How large a definition, and what it says, may be, and what is said of one that is larger. */
class LimitsOfDefinitionsTest {
  private static WorkflowDefinition workflow(List<StepDefinition> steps) {
    return workflow(steps, null, List.of());
  }

  private static WorkflowDefinition workflow(
      List<StepDefinition> steps, @Nullable String output, List<StepDefinition> finallySteps) {
    return new WorkflowDefinition(
        "w", 1, Duration.ZERO, RetryPolicy.NONE, 0, output, steps, finallySteps);
  }

  private static List<StepDefinition> steps(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> step(prefix + i)).toList();
  }

  private static List<Violation> violations(StepDefinition step) {
    return DefinitionValidator.validate(workflow(List.of(step)));
  }

  @Test
  void stepsOfBothPartsCountTogetherAndOfTooManyNothingElseIsSaid() {
    List<StepDefinition> most = steps("s", DefinitionLimits.STEPS - 1);
    assertThat(DefinitionValidator.validate(workflow(most, null, List.of(step("last"))))).isEmpty();

    assertThat(
            DefinitionValidator.validate(
                workflow(most, null, List.of(step("last"), step("last", "nowhere")))))
        .containsExactly(
            new Violation(
                "steps",
                "too-many-steps",
                "the definition has 10,001 steps; at most 10,000 are allowed: split it into"
                    + " several workflows"));
  }

  @Test
  void routesCountAmongTheDependenciesAndOfTooManyNothingElseIsSaid() {
    List<StepDefinition> steps = new ArrayList<>(steps("s", 500));
    String[] sources = steps.stream().map(StepDefinition::id).toArray(String[]::new);
    IntStream.range(0, 100).forEach(i -> steps.add(step("join" + i, sources)));
    assertThat(DefinitionValidator.validate(workflow(steps))).isEmpty();

    steps.add(TestStep.of("no name").onFailure(new Reaction.Route("join0")).build());
    assertThat(DefinitionValidator.validate(workflow(steps)))
        .containsExactly(
            new Violation(
                "steps",
                "too-many-dependencies",
                "the steps have 50,001 dependencies in all; at most 50,000 are allowed: let a"
                    + " joining step stand between groups of steps that depend on each other"));
  }

  @Test
  void expressionsOfConditionsAndTemplatesCountTogether() {
    List<StepDefinition> steps = new ArrayList<>();
    steps.add(TestStep.of("a").does(new StepAction.SetValue("${x}".repeat(1_998))).build());
    steps.add(TestStep.of("b").when("true").build());
    steps.add(TestStep.of("c").when("true").build());
    assertThat(DefinitionValidator.validate(workflow(steps))).isEmpty();

    assertThat(DefinitionValidator.validate(workflow(steps, "${x}", List.of())))
        .containsExactly(
            new Violation(
                "steps",
                "too-many-expressions",
                "the definition has 2,001 expressions; at most 2,000 are allowed: split it into"
                    + " several workflows"));
  }

  @Test
  void outputOfTheWorkflowIsATextLikeOthers() {
    List<StepDefinition> steps = List.of(step("a"));
    String longest = "x".repeat(DefinitionLimits.TEMPLATE_CHARS);
    assertThat(DefinitionValidator.validate(workflow(steps, longest, List.of()))).isEmpty();

    assertThat(DefinitionValidator.validate(workflow(steps, longest + "x", List.of())))
        .containsExactly(
            new Violation(
                "output",
                "template-text",
                "the text has 65,537 characters; at most 65,536 are allowed: hand over less, or a"
                    + " reference to it"));
    assertThat(DefinitionValidator.validate(workflow(steps, "'\ud83c'", List.of())))
        .containsExactly(
            new Violation(
                "output",
                "template-text",
                "the text has half of a surrogate pair, which is no character; remove it"));
  }

  @Test
  void everyTimeLimitOfAStepIsWholeMilliseconds() {
    Duration tooShort = Duration.ofNanos(1);
    assertThat(violations(TestStep.of("a").timeouts(all(tooShort)).build()))
        .extracting(Violation::path, Violation::code)
        .containsExactly(
            tuple("steps[0].timeout", "timeout-range"),
            tuple("steps[0].scheduleToStart", "timeout-range"),
            tuple("steps[0].scheduleToClose", "timeout-range"),
            tuple("steps[0].heartbeat", "timeout-range"));
    assertThat(violations(TestStep.of("a").timeouts(all(Duration.ofMillis(1))).build())).isEmpty();
  }

  private static Timeouts all(Duration limit) {
    return new Timeouts(limit, limit, limit, limit);
  }

  @Test
  void intervalsOfARetryPolicyAreNamed() {
    RetryPolicy retry =
        new RetryPolicy(2, Duration.ofSeconds(2), 1, Duration.ofSeconds(1), 0, List.of());
    RetryPolicy none = new RetryPolicy(2, Duration.ZERO, 1, Duration.ZERO, 0, List.of());

    assertThat(violations(TestStep.of("a").retry(retry).build()))
        .extracting(Violation::path, Violation::message)
        .containsExactly(
            tuple(
                "steps[0].retry.maxInterval",
                "maxInterval PT1S is shorter than initialInterval PT2S; make it that long or"
                    + " longer"));
    assertThat(violations(TestStep.of("a").retry(none).build()))
        .extracting(Violation::path, Violation::message)
        .containsExactly(
            tuple(
                "steps[0].retry.initialInterval",
                "initialInterval is PT0S; use whole milliseconds from 1ms to 3650d"),
            tuple(
                "steps[0].retry.maxInterval",
                "maxInterval is PT0S; use whole milliseconds from 1ms to 3650d"));
  }

  @Test
  void toleratedItemsAreANumberOrAPercentage() {
    assertThat(violations(each(-1, false)).getFirst().message()).startsWith("tolerate is -1;");
    assertThat(violations(each(101, true)).getFirst().message())
        .isEqualTo("tolerate in percent is 101; it must be 0 to 100");
  }

  private static StepDefinition each(int tolerated, boolean percent) {
    return TestStep.of("a").forEach(new ForEach("x", 0, 1, tolerated, percent)).build();
  }

  @Test
  void failureTypesAreAHundredOfAHundredAndTwentyEightCharacters() {
    String[] most =
        IntStream.range(0, 100).mapToObj(i -> "E" + "%0127d".formatted(i)).toArray(String[]::new);
    assertThat(violations(failing(most))).isEmpty();

    String[] more = IntStream.range(0, 101).mapToObj(i -> "E" + i).toArray(String[]::new);
    assertThat(violations(failing(more)))
        .containsExactly(
            new Violation(
                "steps[0].onFailure[0].types",
                "failure-rule",
                "types names 101 failure types; at most 100 are allowed"));
    assertThat(violations(failing("E".repeat(129))))
        .extracting(Violation::path)
        .containsExactly("steps[0].onFailure[0].types[0]");
  }

  private static StepDefinition failing(String... types) {
    return TestStep.of("a").onFailure(new Reaction.Fail(), types).build();
  }

  @Test
  void onlyTheFirstOfManyUnknownNamesGetASuggestion() {
    List<StepDefinition> steps = new ArrayList<>(List.of(step("validate")));
    IntStream.range(0, 21).forEach(i -> steps.add(step("s" + i, "validte")));

    List<String> messages =
        DefinitionValidator.validate(workflow(steps)).stream().map(Violation::message).toList();

    assertThat(messages).hasSize(21);
    assertThat(messages.subList(0, 20))
        .allMatch(each -> each.endsWith("; did you mean 'validate'?"));
    assertThat(messages.getLast()).endsWith("; add that step or remove the dependency");
  }

  @Test
  void unknownCaseSaysWhichThereAreOrThatThereAreNone() {
    StepDefinition choice =
        TestStep.of("choice")
            .does(
                new StepAction.Choose(
                    List.of(new StepAction.Case("x", "true"), new StepAction.Case("y", null))))
            .build();
    Dependency wrong = new Dependency("choice", null, "z");
    Dependency none = new Dependency("b", null, "z");

    assertThat(
            DefinitionValidator.validate(
                workflow(
                    List.of(choice, step("b"), TestStep.of("a").after(wrong).after(none).build()))))
        .extracting(Violation::path, Violation::message)
        .containsExactly(
            tuple(
                "steps[2].dependsOn[0].case", "step 'choice' has no case 'z'; its cases are x, y"),
            tuple(
                "steps[2].dependsOn[1].case",
                "step 'b' has no switch, so that it chooses no case 'z'; remove the case"));
  }

  @Test
  void joinCountsTwoHundredAndFiftyFiveDependencies() {
    assertThat(DefinitionValidator.validate(joining(255))).isEmpty();
    assertThat(DefinitionValidator.validate(joining(256)))
        .containsExactly(
            new Violation(
                "steps[256].join",
                "join-range",
                "step 'a' has 256 dependencies; a join of atLeast counts at most 255: join groups"
                    + " of them in steps before it"));
  }

  private static WorkflowDefinition joining(int dependencies) {
    List<StepDefinition> steps = new ArrayList<>(steps("s", dependencies));
    String[] all = steps.stream().map(StepDefinition::id).toArray(String[]::new);
    steps.add(TestStep.of("a", all).join(JoinRule.atLeast(2)).build());
    return workflow(steps);
  }

  @Test
  void ringOfAHundredStepsIsSpelledOut() {
    List<StepDefinition> ring = new ArrayList<>();
    IntStream.range(0, 100).forEach(i -> ring.add(step("s" + i, "s" + (i + 1) % 100)));

    assertThat(DefinitionValidator.validate(workflow(ring)))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.message())
                    .contains("s48 -> s49 -> s50 -> s51")
                    .contains("s98 -> s99 -> s0 "));
  }

  @Test
  void stepThatDependsOnOneWhoseFailuresItTakesOverIsTold() {
    assertThat(
            DefinitionValidator.validate(
                workflow(
                    List.of(
                        TestStep.of("a").onFailure(new Reaction.Route("b")).build(),
                        step("b", "a")))))
        .containsExactly(
            new Violation(
                "steps[0].onFailure",
                "route-target",
                "step 'a' routes failures to 'b', which depends on it too; remove one of the two,"
                    + " or use a join of allDone"));
  }

  @Test
  void idThatIsTakenVersionThatIsNoneAndStepsThatAreMissingAreNamed() {
    assertThat(DefinitionValidator.validate(workflow(List.of(step("a"), step("a")))))
        .containsExactly(
            new Violation(
                "steps[1].id",
                "duplicate-step",
                "step id 'a' is taken by steps[0]; give every step an id of its own"));
    assertThat(
            DefinitionValidator.validate(
                WorkflowDefinition.of("w", 0, Duration.ZERO, RetryPolicy.NONE, List.of())))
        .containsExactly(
            new Violation("version", "bad-version", "version is 0; it must be 1 or more"),
            new Violation(
                "steps", "no-steps", "the definition has no steps; give it at least one"));
  }

  @Test
  void queuesAreThoseOfAllStepsAndOfWhatUndoesThem() {
    StepDefinition undone =
        TestStep.of("a")
            .does(new StepAction.Work("t", "work", null))
            .compensation(new Compensation("t", "undo", null, Duration.ZERO, null))
            .build();
    StepDefinition set = TestStep.of("b").does(new StepAction.SetValue("1")).build();
    StepDefinition last = TestStep.of("c").does(new StepAction.Work("t", "last", null)).build();

    assertThat(workflow(List.of(undone, set), null, List.of(last)).queues())
        .containsExactly("last", "undo", "work");
  }
}
