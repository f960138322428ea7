package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.code;
import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static dev.millrace.orchestrator.core.decide.Decisions.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that wait for signals. Every decision is folded and checked on the way. */
class SignalsTest {
  private static final String SCHEMA =
      "{\"type\":\"object\",\"required\":[\"ok\"],\"properties\":{\"ok\":{\"type\":\"boolean\"}}}";

  private static final StepAction APPROVE = new StepAction.AwaitSignal("approve", null, null);

  @Test
  void signalIsTheOutputOfTheStepThatWaitsForIt() {
    TestWorkflow workflow = started(await("e").build(), step("after", "e"));
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUSPENDED);

    assertThat(events(signal(workflow, "approve", "{\"ok\":true}")))
        .containsExactly(
            new SignalReceived("approve", payload("{\"ok\":true}"), 0),
            new StepSucceeded(0, 1, payload("{\"ok\":true}")),
            new StepDispatched(1, 1, 0));
  }

  @Test
  void signalThatComesEarlyIsKeptAndTakenAtOnce() {
    TestWorkflow workflow =
        started(step("a"), await("e").after(Dependency.on("a")).build(), step("z", "e"));
    assertThat(events(signal(workflow, "approve", "1")))
        .containsExactly(new SignalReceived("approve", payload("1"), CompiledDefinition.NO_STEP));
    assertThat(workflow.state().keptSignals()).isEqualTo(1);

    assertThat(events(workflow.succeed("a", 1)))
        .contains(
            new StepSucceeded(1, 1, payload("1"), List.of(), StepSucceeded.Source.KEPT_SIGNAL));
    assertThat(workflow.state().keptSignals()).isZero();
  }

  @Test
  void keptSignalsAreTakenInTheOrderInWhichTheyCame() {
    TestWorkflow workflow =
        started(
            step("a"),
            await("first").after(Dependency.on("a")).build(),
            step("b", "first"),
            await("second").after(Dependency.on("b")).build(),
            step("z", "second", "first"));
    signal(workflow, "approve", "x".repeat(1_000));
    signal(workflow, "approve", "2");
    signal(workflow, "approve", null);

    workflow.succeed("a", 1);
    assertThat(workflow.state().isSpilled(1)).isTrue();
    workflow.succeed("b", 1);

    assertThat(workflow.state().riding(3)).isEqualTo(payload("2"));
    assertThat(workflow.state().keptSignals()).isEqualTo(1);
  }

  @Test
  void firstOfTheStepsThatWaitTakesTheSignal() {
    TestWorkflow workflow = started(await("one").build(), await("two").build());

    signal(workflow, "approve", "1");
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.SUSPENDED);
    signal(workflow, "approve", "2");

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void signalThatDoesNotComeInTimeFailsItsStepWhoseRulesHold() {
    TestWorkflow workflow =
        started(
            await("e")
                .timeouts(Timeouts.startToClose(Duration.ofDays(2)))
                .retry(
                    new RetryPolicy(
                        3, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0, List.of()))
                .onFailure(new FailureRule.Reaction.Route("remind"))
                .build(),
            step("remind"));
    long dueMs = START_MS + Duration.ofDays(2).toMillis();
    assertThat(workflow.state().stepDeadlineMs(0)).isEqualTo(dueMs);

    List<Event> events = events(workflow.after(Duration.ofDays(2).toMillis()).fireTimer());
    assertThat(events.getFirst())
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> assertThat(failed.failure().type()).isEqualTo(Failure.SIGNAL_TIMEOUT));
    assertThat(events).contains(new StepDispatched(1, 1, 0));
    assertThat(code(signal(workflow, "approve", "1"))).isEqualTo("signal-not-awaited");
  }

  @Test
  void stepThatIsRerunWaitsForAnotherSignal() {
    TestWorkflow workflow = started(await("e").build(), step("z"));
    signal(workflow, "approve", "1");

    assertThat(events(workflow.control(new Control.Rerun("e"))))
        .contains(new StepSuspended(0, 2, 0));
    signal(workflow, "approve", "2");
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);
  }

  @Test
  void signalWithTheSameIdTwiceCountsOnce() {
    TestWorkflow workflow = started(await("one").build(), await("two").build());

    workflow.control("s-1", new Control.Signal("approve", payload("1")));
    assertThat(code(workflow.control("s-1", new Control.Signal("approve", payload("1")))))
        .isEqualTo("duplicate-control");

    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.SUSPENDED);
  }

  @Test
  void signalThatNoStepWaitsForIsRefusedAndNamesThoseThatAre() {
    TestWorkflow workflow = started(await("e").build());

    ControlRefused refused = refused(signal(workflow, "aprove", "1"));
    assertThat(refused.code()).isEqualTo("unknown-signal");
    assertThat(refused.message()).contains("'aprove'", "signals: approve");
  }

  @Test
  void signalsBeyondTheHundredthAreRefused() {
    TestWorkflow workflow = started(step("a"), await("e").after(Dependency.on("a")).build());
    for (int i = 0; i < Signals.KEPT; i++) {
      assertThat(events(signal(workflow, "approve", "" + i)).getFirst())
          .isInstanceOf(SignalReceived.class);
    }

    assertThat(code(signal(workflow, "approve", "1"))).isEqualTo("too-many-signals");
    workflow.succeed("a", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void payloadOverTheLimitIsRefusedWhetherOrNotItIsAwaited(boolean isAwaited) {
    TestWorkflow workflow =
        started(
            step("a"),
            isAwaited ? await("e").build() : await("e").after(Dependency.on("a")).build());

    assertThat(code(signal(workflow, "approve", "x".repeat(Signals.PAYLOAD_BYTES + 1))))
        .isEqualTo("signal-too-large");
    assertThat(events(signal(workflow, "approve", "x".repeat(Signals.PAYLOAD_BYTES))).getFirst())
        .isInstanceOf(SignalReceived.class);
  }

  @Test
  void refusalOfAPayloadGivesFiveReasonsAndSaysHowManyMoreThereAre() {
    TestWorkflow workflow =
        started(await("e", "{\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]}").build());

    assertThat(refused(signal(workflow, "approve", "{\"f\":1,\"g\":1}")).message())
        .endsWith("'e' not found");
    assertThat(refused(signal(workflow, "approve", "{}")).message())
        .endsWith("'e' not found; and 2 more");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"ok\":1}|/ok: integer found, boolean expected",
        "{}|required property 'ok' not found",
        "{\"ok\":|it is no JSON",
        "|there is none",
      })
  void payloadThatDoesNotFitTheSchemaIsRefusedWithTheReasons(String json, String reason) {
    TestWorkflow workflow = started(await("e", SCHEMA).build());

    ControlRefused refused = refused(signal(workflow, "approve", json));
    assertThat(refused.code()).isEqualTo("invalid-signal");
    assertThat(refused.message()).contains("step 'e'", reason);
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUSPENDED);

    signal(workflow, "approve", "{\"ok\":true}");
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"type\":\"objekt\"}", "{", "{\"$ref\":\"http://127.0.0.1:1/schema\"}"})
  void schemaThatIsNoneOrMustBeFetchedIsRefusedWithItsDefinition(String schema) {
    assertThatThrownBy(() -> compiled(await("e", schema).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("definition order/7: no JSON Schema");
  }

  @Test
  void signalOfAWorkflowThatIsEndingIsRefused() {
    TestWorkflow workflow = started(await("e").build());
    workflow.cancel("enough");

    assertThat(code(signal(workflow, "approve", "1"))).isEqualTo("workflow-ended");
  }

  private static TestStep await(String id) {
    return TestStep.of(id).does(new StepAction.AwaitSignal("approve", null, null));
  }

  @Test
  void stepWaitsForSignalsUntilOneIsWhatItRepeatsFor() {
    Repeat repeat = new Repeat("output.ok", Duration.ZERO, 3);
    TestWorkflow workflow = started(await("e").repeat(repeat).build());

    assertThat(events(signal(workflow, "approve", "{\"ok\":false}")))
        .containsExactly(
            new SignalReceived("approve", payload("{\"ok\":false}"), 0),
            new StepRepeated(0, 1, 0),
            new StepSuspended(0, 2, 0));
    assertThat(events(signal(workflow, "approve", "{\"ok\":true}")))
        .contains(new StepSucceeded(0, 2, payload("{\"ok\":true}")));
  }

  @Test
  void keptSignalsAreTakenOneARound() {
    Repeat repeat = new Repeat("output.ok", Duration.ZERO, 5);
    TestWorkflow workflow =
        started(step("a"), TestStep.of("e", "a").does(APPROVE).repeat(repeat).build());
    signal(workflow, "approve", "{\"ok\":false}");
    signal(workflow, "approve", "{\"ok\":true}");
    signal(workflow, "approve", "{\"ok\":false}");

    assertThat(events(workflow.succeed("a", 1)))
        .contains(
            new StepSuspended(1, 1, 0),
            new StepRepeated(1, 1, 0),
            new StepSuspended(1, 2, 0),
            new StepSucceeded(
                1, 2, payload("{\"ok\":true}"), List.of(), StepSucceeded.Source.KEPT_SIGNAL));
  }

  @Test
  void keptSignalThatEndsTheLastRoundInVainIsKeptNoLonger() {
    Repeat repeat = new Repeat("output.ok", Duration.ZERO, 1);
    TestWorkflow workflow =
        started(
            step("a"),
            TestStep.of("e", "a")
                .does(APPROVE)
                .repeat(repeat)
                .onFailure(new FailureRule.Reaction.GoOn())
                .build(),
            step("b", "e"));
    signal(workflow, "approve", "{\"ok\":false}");
    workflow.succeed("a", 1);

    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.FAILED);
    assertThat(workflow.state().keptSignals()).isZero();
  }

  private static TestStep await(String id, String schema) {
    return TestStep.of(id).does(new StepAction.AwaitSignal("approve", schema, null));
  }

  private static Decision signal(TestWorkflow workflow, String name, @Nullable String json) {
    return workflow.control(new Control.Signal(name, json == null ? null : payload(json)));
  }

  private static TestWorkflow started(StepDefinition... steps) {
    return TestWorkflow.started(compiled(steps));
  }
}
