package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which steps take a result that is kept, and which keep theirs. */
class KeptResultsTest extends KeptResultsCase {
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
}
