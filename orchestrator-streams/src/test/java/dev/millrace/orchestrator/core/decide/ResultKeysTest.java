package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Results;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What results are kept under. */
class ResultKeysTest extends KeptResultsCase {
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
}
