package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeptResultsTest {
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final Payload OUTPUT = json("{\"score\":7}");
  private static final RetryPolicy TWO_ATTEMPTS =
      new RetryPolicy(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of());

  private final Map<String, Results.Kept> kept = new HashMap<>();

  @Test
  void stepWhoseResultIsKeptSucceedsWithoutACommand() {
    CompiledDefinition definition = definition(cached("a", "score", null, null));
    run(definition, json("{\"id\":1}"));

    TestWorkflow second = new TestWorkflow(definition, kept::get);
    Decision decision = second.start(json("{\"id\":1}"), "acme", 0);

    assertThat(events(decision))
        .contains(new StepSucceeded(0, 1, OUTPUT, List.of(), StepSucceeded.Source.CACHED))
        .endsWith(new WorkflowEnded(WorkflowStatus.SUCCEEDED, null));
    assertThat(effects(decision)).isEmpty();
  }

  @Test
  void resultIsKeptForTheTimeToLiveFromItsCompletion() {
    TestWorkflow workflow =
        new TestWorkflow(definition(cached("a", "score", null, null)), kept::get);
    workflow.start();
    assertThat(workflow.state().resultKey(0)).isNotNull();

    assertThat(effects(workflow.after(500).succeed("a", 1, OUTPUT)))
        .singleElement()
        .isInstanceOfSatisfying(
            CacheResult.class,
            result -> {
              assertThat(result.output()).isEqualTo(OUTPUT);
              assertThat(result.expiresAtMs())
                  .isEqualTo(TestWorkflow.START_MS + 500 + TTL.toMillis());
            });
  }

  @Test
  void stepWithoutACacheKeepsNothing() {
    StepDefinition plain =
        StepDefinition.work("a", "score", "queue", List.of(), Duration.ZERO, null);
    assertThat(effects(run(definition(plain), null))).isEmpty();
  }

  @Test
  void anotherInputTenantTypeOrQueueIsAnotherKey() {
    CompiledDefinition definition = definition(cached("a", "score", null, null));
    run(definition, json("1"));

    assertThat(isHit(definition, json("1"), "acme")).isTrue();
    assertThat(isHit(definition, json("2"), "acme")).isFalse();
    assertThat(isHit(definition, null, "acme")).isFalse();
    assertThat(isHit(definition, json("1"), "other")).isFalse();
    assertThat(isHit(definition(cached("a", "rate", null, null)), json("1"), "acme")).isFalse();
  }

  @Test
  void stepsOfOneTypeShareResultsAcrossDefinitions() {
    run(definition(cached("a", "score", null, "${input.id}")), json("{\"id\":1,\"note\":\"x\"}"));

    assertThat(
            isHit(
                definition(cached("b", "score", null, "${input.id}")),
                json("{\"note\":\"y\",\"id\":1}"),
                "acme"))
        .isTrue();
  }

  @Test
  void keysStayTheSameInEveryVersionForResultsAreStoredUnderThem() {
    StepDefinition read = StepDefinition.work("a", "read", "queue", List.of(), Duration.ZERO, null);
    CompiledDefinition whole = definition(read, cached("b", "score", null, null, "a"));
    TestWorkflow workflow = new TestWorkflow(whole, kept::get);
    workflow.start(json("{\"id\":1}"), "acme", 0);
    workflow.succeed("a", 1, json("1"));
    TestWorkflow withoutOutput = new TestWorkflow(whole, kept::get);
    withoutOutput.start();
    withoutOutput.succeed("a", 1);

    assertThat(
            List.of(
                keyOf(cached("a", "score", null, null)),
                keyOf(cached("a", "score", "{\"id\":\"${input.id}\"}", null)),
                keyOf(cached("a", "score", null, "${input.id}")),
                String.valueOf(workflow.state().resultKey(1)),
                String.valueOf(withoutOutput.state().resultKey(1))))
        .containsExactly(
            "U_BVX6OhGgdEFcsDemkZMJ2Suw2E5E6S8eYawJ2Grt8",
            "A5-CE6fPTHU4GmCZIKDjfjdtnEokD8hpnwt_rovi0fM",
            "rkHZFsNzI5twSWgXGbhL5rGtpnJAvKCSJuqhDmPAEls",
            "4Cs1r6AQ3i6ISCkgqePju36p5ZrrPGAjMshMtdTPgVc",
            "Uab_e0DPZf5BqxqumOn-0E3VHdUNYmDaqS4Hg-GMLnw");
  }

  private String keyOf(StepDefinition step) {
    TestWorkflow workflow = new TestWorkflow(definition(step), kept::get);
    workflow.start(json("{\"id\":1}"), "acme", 0);
    return String.valueOf(workflow.state().resultKey(0));
  }

  @Test
  void keyIsForgottenOnceTheAttemptIsOver() {
    CompiledDefinition definition =
        definition(
            with(cached("a", "score", null, null), null, TWO_ATTEMPTS, JoinRule.ALL),
            cached("b", "score", null, null));
    TestWorkflow workflow = new TestWorkflow(definition, Results.NONE);
    workflow.start();
    assertThat(workflow.state().resultKey(0)).isNotNull();
    workflow.succeed("a", 1, OUTPUT);
    assertThat(workflow.state().resultKey(0)).isNull();

    workflow.control(new Control.Rerun("a"));
    assertThat(workflow.state().resultKey(0)).isNotNull();
    workflow.control(new Control.SkipStep("a"));
    assertThat(workflow.state().resultKey(0)).isNull();

    workflow.control(new Control.Rerun("a"));
    workflow.control(new Control.ResolveStep("a", null));
    workflow.control(new Control.Pause());
    workflow.control(new Control.Rerun("a"));
    assertThat(workflow.state().resultKey(0)).isNull();
  }

  @Test
  void keyIsOfTheMappedInputWhereTheStepHasOne() {
    CompiledDefinition definition =
        definition(cached("a", "score", "{\"id\":\"${input.id}\"}", null));
    run(definition, json("{\"id\":1,\"note\":\"x\"}"));

    assertThat(isHit(definition, json("{\"id\":1,\"note\":\"y\"}"), "acme")).isTrue();
    assertThat(isHit(definition, json("{\"id\":2,\"note\":\"x\"}"), "acme")).isFalse();
  }

  @Test
  void keyWithoutAMappingTakesInTheOutputsOfTheDependencies() {
    CompiledDefinition definition =
        definition(
            StepDefinition.work("a", "read", "queue", List.of(), Duration.ZERO, null),
            cached("b", "score", null, null, "a"));
    TestWorkflow first = new TestWorkflow(definition, kept::get);
    first.start();
    first.succeed("a", 1, json("1"));
    keep(first.succeed("b", 1, OUTPUT));

    TestWorkflow same = new TestWorkflow(definition, kept::get);
    same.start();
    assertThat(effects(same.succeed("a", 1, json("1")))).isEmpty();
    TestWorkflow other = new TestWorkflow(definition, kept::get);
    other.start();
    assertThat(effects(other.succeed("a", 1, json("2")))).hasSize(1);
  }

  @Test
  void resultIsKeptUnderTheKeyOfItsDispatchThoughMoreIsKnownByThen() {
    StepDefinition any =
        with(cached("c", "score", null, null, "a", "b"), null, TWO_ATTEMPTS, JoinRule.ANY);
    CompiledDefinition definition =
        definition(
            StepDefinition.work("a", "read", "queue", List.of(), Duration.ZERO, null),
            StepDefinition.work("b", "read", "queue", List.of(), Duration.ZERO, null),
            any);
    TestWorkflow workflow = new TestWorkflow(definition, kept::get);
    workflow.start();
    workflow.succeed("a", 1, json("1"));
    String key = workflow.state().resultKey(2);
    workflow.succeed("b", 1, json("2"));

    CacheResult result = (CacheResult) effects(workflow.succeed("c", 1, OUTPUT)).getFirst();
    assertThat(result.key()).isEqualTo(key);
  }

  @Test
  void retryRunsThoughAResultIsKeptByThen() {
    CompiledDefinition definition =
        definition(with(cached("a", "score", null, null), null, TWO_ATTEMPTS, JoinRule.ALL));
    TestWorkflow workflow = new TestWorkflow(definition, kept::get);
    workflow.start();
    run(definition, null);
    workflow.fail("a", 1, new Failure("flaky", "no", true));

    assertThat(effects(workflow.after(5_000).fireTimer())).contains(new DispatchStep(0, 2, 0));
    assertThat(effects(workflow.succeed("a", 2, OUTPUT))).hasOnlyElementsOfType(CacheResult.class);
  }

  @Test
  void failureKeepsNothingAndForgetsTheKey() {
    TestWorkflow workflow =
        new TestWorkflow(definition(cached("a", "score", null, null)), kept::get);
    workflow.start();

    assertThat(effects(workflow.fail("a", 1, new Failure("bad", "no", false)))).isEmpty();
  }

  @Test
  void keyIsForgottenWithAnAttemptThatHasFailedOrIsWaitedForNoMore() {
    StepDefinition failing =
        TestStep.of("a")
            .cache(new ResultCache(null, Duration.ofHours(1)))
            .onFailure(new Reaction.GoOn())
            .build();
    TestWorkflow workflow =
        TestWorkflow.started(
            definition(failing, Definitions.step("p"), cached("b", "score", null, null, "p")));
    workflow.fail("a", 1, new Failure("bad", "no", false));
    assertThat(workflow.state().resultKey(0)).isNull();

    workflow.succeed("p", 1);
    assertThat(workflow.state().resultKey(2)).isNotNull();
    workflow.control(new Control.Rerun("p"));
    assertThat(workflow.state().resultKey(2)).isNull();
  }

  @Test
  void stepThatIsRepeatedTakesOnlyAResultThatEndsIt() {
    StepDefinition cached = cached("a", "poll", null, "1");
    Repeat untilDone = new Repeat("output.done", Duration.ZERO, 3);
    CompiledDefinition definition = definition(with(cached, untilDone, TWO_ATTEMPTS, JoinRule.ALL));

    run(definition(cached), json("1"));
    assertThat(isHit(definition, json("1"), "acme")).as("{score: 7} says no done").isFalse();
    kept.replaceAll((key, former) -> new Results.Kept(json("{\"done\":false}")));
    assertThat(isHit(definition, json("1"), "acme")).isFalse();
    kept.replaceAll((key, former) -> new Results.Kept(json("{\"done\":true}")));
    assertThat(isHit(definition, json("1"), "acme")).isTrue();
  }

  @Test
  void outputThatEndsARepetitionMayBeNamedByItsStep() {
    StepDefinition cached = cached("a", "poll", null, "1");
    Repeat untilDone = new Repeat("steps.a.output.score > 5", Duration.ZERO, 3);
    CompiledDefinition definition = definition(with(cached, untilDone, TWO_ATTEMPTS, JoinRule.ALL));

    run(definition(cached), json("1"));
    assertThat(isHit(definition, json("1"), "acme")).isTrue();
  }

  @Test
  void firstAttemptOfAWorkflowWhoseIdWasUsedBeforeLooksForAResult() {
    CompiledDefinition definition = definition(cached("a", "score", null, null));
    TestWorkflow workflow = new TestWorkflow(definition, kept::get);
    workflow.start();
    keep(workflow.succeed("a", 1, OUTPUT));

    assertThat(events(workflow.startAgain()))
        .contains(new StepSucceeded(0, 2, OUTPUT, List.of(), StepSucceeded.Source.CACHED));
  }

  @Test
  void stepThatSomebodyHasRunLooksForNoResultThoughItHasHadNoAttempt() {
    run(definition(cached("x", "score", null, "1")), null);
    StepDefinition first =
        StepDefinition.work("a", "read", "queue", List.of(), Duration.ZERO, null);
    TestWorkflow workflow =
        new TestWorkflow(definition(first, cached("b", "score", null, "1", "a")), kept::get);
    workflow.start();
    workflow.control(new Control.SkipStep("b"));

    assertThat(effects(workflow.control(new Control.Rerun("b"))))
        .contains(new DispatchStep(1, 1, 0));
  }

  @Test
  void stepThatStartsByTheEndOfAnotherTakesItsResultUnlessThatIsTooLarge() {
    CompiledDefinition definition =
        definition(cached("a", "score", null, "1"), cached("b", "score", null, "1", "a"));
    TestWorkflow workflow = new TestWorkflow(definition, Results.NONE);
    workflow.start();
    assertThat(events(workflow.succeed("a", 1, OUTPUT)))
        .contains(new StepSucceeded(1, 1, OUTPUT, List.of(), StepSucceeded.Source.CACHED));

    TestWorkflow large = new TestWorkflow(definition, Results.NONE);
    large.start();
    large.succeed("a", 1, new Payload("", new byte[Results.OUTPUT_BYTES + 1]));
    assertThat(large.state().stepStatus(1)).isEqualTo(StepStatus.OPEN);
  }

  @Test
  void commandCarriesTheOutputsThatItsKeyIsMadeOfAndNoneThatCameAfter() {
    StepDefinition any =
        with(cached("c", "score", null, null, "a", "b"), null, TWO_ATTEMPTS, JoinRule.ANY);
    CompiledDefinition definition =
        definition(
            StepDefinition.work("a", "read", "queue", List.of(), Duration.ZERO, null),
            any,
            TestStep.of("b", "a").does(new StepAction.SetValue("\"late\"")).build());
    TestWorkflow workflow = new TestWorkflow(definition, Results.NONE);
    workflow.start();

    assertThat(effects(workflow.succeed("a", 1, json("1"))))
        .singleElement()
        .isInstanceOfSatisfying(
            DispatchStep.class,
            command -> assertThat(command.outputs()).containsExactly(json("1"), null));
    assertThat(workflow.output("b")).isEqualTo(json("\"late\""));
  }

  @Test
  void keyWithoutAValueFailsTheStep() {
    TestWorkflow workflow =
        new TestWorkflow(definition(cached("a", "score", null, "${input.id}")), kept::get);

    assertThat(events(workflow.start(json("{}"), "acme", 0)))
        .last()
        .isInstanceOfSatisfying(
            WorkflowEnded.class,
            ended ->
                assertThat(ended.outcome().failure())
                    .extracting(Failure::type)
                    .isEqualTo(Failure.EXPRESSION));
  }

  /** Runs a workflow of one step and keeps what it returns. */
  private Decision run(CompiledDefinition definition, @Nullable Payload input) {
    TestWorkflow workflow = new TestWorkflow(definition, Results.NONE);
    workflow.start(input, "acme", 0);
    Decision decision = workflow.succeed(definition.step(0).id(), 1, OUTPUT);
    keep(decision);
    return decision;
  }

  private void keep(Decision decision) {
    for (Effect effect : effects(decision)) {
      if (effect instanceof CacheResult result) {
        kept.put(result.key(), new Results.Kept(result.output()));
      }
    }
  }

  private boolean isHit(CompiledDefinition definition, @Nullable Payload input, String tenant) {
    TestWorkflow workflow = new TestWorkflow(definition, kept::get);
    workflow.start(input, tenant, 0);
    return workflow.state().status() == WorkflowStatus.SUCCEEDED
        || workflow.state().stepStatus(0) != StepStatus.OPEN;
  }

  private static CompiledDefinition definition(StepDefinition... steps) {
    return CompiledDefinition.compile(
        WorkflowDefinition.of("order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(steps)),
        new CelExpressions());
  }

  private static StepDefinition cached(
      String id, String type, @Nullable String input, @Nullable String key, String... dependsOn) {
    return TestStep.of(id, dependsOn)
        .does(new StepAction.Work(type, "queue", input))
        .cache(new ResultCache(key == null ? null : "\"" + key + "\"", TTL))
        .build();
  }

  private static StepDefinition with(
      StepDefinition step, @Nullable Repeat repeat, RetryPolicy retry, JoinRule join) {
    return new StepDefinition(
        step.id(),
        step.action(),
        step.dependsOn(),
        join,
        null,
        step.timeouts(),
        retry,
        List.of(),
        repeat,
        null,
        null,
        null,
        step.cache());
  }

  private static Payload json(String text) {
    return new Payload("", text.getBytes(UTF_8));
  }

  private static List<Event> events(Decision decision) {
    return ((Decision.Accepted) decision).events();
  }

  private static List<Effect> effects(Decision decision) {
    return ((Decision.Accepted) decision).effects();
  }
}
