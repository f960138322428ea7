package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Controls from their record to the event log and the store. */
class ControlsTest extends DrivenEngineCase {
  private static final WorkflowDefinition CHAIN =
      WorkflowDefinition.of(
          "chain",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          List.of(Definitions.step("a"), Definitions.step("b", "a"), Definitions.step("c", "b")));

  private final EventHistory log = new EventHistory();
  private int read;

  @BeforeEach
  void start() {
    engine.define(CHAIN);
    engine.start("w", "chain");
    engine.attempts();
  }

  @Test
  void pausedWorkflowSendsNothingUntilItIsResumed() throws Exception {
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE).setReason("maintenance"));
    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).isEmpty();
    WorkflowEvent paused = last(EventType.WORKFLOW_PAUSED);
    assertThat(paused.getName()).isEqualTo("ada");
    assertThat(paused.getReason()).isEqualTo("maintenance");
    assertFold();

    engine.control("w", DrivenEngine.order(ControlAction.RESUME));
    assertThat(engine.attempts()).containsExactly("b/1");
    assertFold();
  }

  @Test
  void rerunStepIsSentWithItsNextAttemptAndTheStoreIsTheFoldOfTheEvents() throws Exception {
    engine.succeed("w", "a", 1, DrivenEngine.payload(100));
    engine.succeed("w", "b", 1, DrivenEngine.payload(10_000));
    engine.attempts();

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("a"));
    assertThat(engine.attempts()).containsExactly("a/2");
    assertThat(last(EventType.STEPS_RESET).getSteps()).containsExactly("a", "b", "c");
    assertFold();

    engine.succeed("w", "c", 1, null);
    engine.succeed("w", "a", 2, DrivenEngine.payload(10_000));
    engine.succeed("w", "b", 2, DrivenEngine.payload(10_000));
    assertThat(engine.attempts()).containsExactly("b/2", "c/2");
    assertFold();
    engine.succeed("w", "c", 2, null);
    assertThat(readLog()).isEqualTo(EventType.WORKFLOW_SUCCEEDED);
    assertFold();
  }

  @Test
  void resolvedStepHandsItsOutputOn() throws Exception {
    engine.control(
        "w",
        DrivenEngine.order(ControlAction.RESOLVE_STEP)
            .setStep("a")
            .setPayload(DrivenEngine.payload(3)));
    engine.succeed("w", "a", 1, null);

    assertThat(engine.attempts()).containsExactly("b/1");
    WorkflowEvent succeeded = last(EventType.STEP_SUCCEEDED);
    assertThat(succeeded.getReason()).isEqualTo("by-hand");
    assertThat(succeeded.getName()).isEqualTo("ada");
    assertFold();
  }

  @Test
  void controlWithAnIdThatWasAppliedBeforeIsRefusedAlsoAfterARestart() {
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE).setId("p-1"));
    engine.control("w", DrivenEngine.order(ControlAction.RESUME).setId("r-1"));
    engine.restart(CHAIN);
    engine.events();
    engine.send("millrace.workflow-controls.v1", "x", new byte[0]); // so that offsets go on
    engine.send("millrace.workflow-controls.v1", "x", new byte[0]);

    engine.control("w", DrivenEngine.order(ControlAction.PAUSE).setId("p-1"));

    WorkflowEvent refused = last(EventType.CONTROL_REFUSED);
    assertThat(refused.getReason()).isEqualTo("duplicate-control");
    assertThat(refused.getFailure().getMessage()).contains("'p-1'");
  }

  @Test
  void controlThatIsReadAgainAfterACrashChangesNothing() {
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE));
    engine.restart(CHAIN);
    engine.events();

    engine.control("w", DrivenEngine.order(ControlAction.PAUSE));

    assertThat(engine.events()).isEmpty();
  }

  @Test
  void terminatedWorkflowSaysWhyAndTakesNoMoreControls() throws Exception {
    engine.control("w", DrivenEngine.order(ControlAction.TERMINATE).setReason("hangs"));
    WorkflowEvent terminated = last(EventType.WORKFLOW_TERMINATED);
    assertThat(terminated.getFailure().getMessage()).isEqualTo("hangs");
    assertThat(terminated.getName()).isEqualTo("ada");

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("a"));
    WorkflowEvent refused = last(EventType.CONTROL_REFUSED);
    assertThat(refused.getReason()).isEqualTo("workflow-ended");
    assertThat(refused.getName()).isEqualTo("ada");
    assertFold();
    assertThat(engine.deadLetters()).isEmpty();
  }

  private static WorkflowDefinition approval(StepDefinition... steps) {
    return WorkflowDefinition.of("approval", 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  @Test
  void signalThatComesEarlyIsKeptOverARestartAndTakenByItsStep() throws Exception {
    WorkflowDefinition approval =
        approval(
            Definitions.step("a"),
            TestStep.of("e", "a")
                .does(
                    new StepAction.AwaitSignal(
                        "approve", "{\"required\":[\"ok\"]}", "{\"title\":\"May it go?\"}"))
                .build(),
            Definitions.step("z", "e"));
    engine.define(approval);
    engine.start("s", "approval");
    engine.attempts();
    String large = "{\"ok\":true,\"note\":\"%s\"}".formatted("x".repeat(10_000));
    engine.control("s", signal(large));
    engine.restart(approval);
    engine.events();

    engine.succeed("s", "a", 1, null);

    assertThat(engine.commands())
        .singleElement()
        .satisfies(
            command ->
                assertThat(
                        (Object)
                            UTF_8.decode(
                                command.getDependencies().getFirst().getOutput().getData()))
                    .hasToString(large));
    assertThat(engine.eventTypes())
        .containsExactly(
            EventType.STEP_SUCCEEDED, EventType.STEP_SUCCEEDED, EventType.STEP_DISPATCHED);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void signalThatDoesNotFitIsRefusedInTheEventLog() {
    WorkflowDefinition approval =
        approval(
            TestStep.of("e")
                .does(new StepAction.AwaitSignal("approve", "{\"required\":[\"ok\"]}", null))
                .build());
    engine.define(approval);
    engine.start("s", "approval");
    engine.events();

    engine.control("s", signal("{}"));
    engine.control("s", signal("{\"ok\":true}"));

    assertThat(engine.events())
        .extracting(WorkflowEvent::getType, WorkflowEvent::getReason)
        .containsExactly(
            tuple(EventType.CONTROL_REFUSED, "invalid-signal"),
            tuple(EventType.SIGNAL_RECEIVED, ""),
            tuple(EventType.STEP_SUCCEEDED, ""),
            tuple(EventType.WORKFLOW_SUCCEEDED, ""));
  }

  private static WorkflowControl.Builder signal(String json) {
    return DrivenEngine.order(ControlAction.SIGNAL)
        .setName("approve")
        .setPayload(new Payload("", ByteBuffer.wrap(json.getBytes(UTF_8))));
  }

  @ParameterizedTest
  @CsvSource({
    "RERUN, a, step-running",
    "RERUN, c, step-not-begun",
    "RERUN, x, unknown-step",
    "RETRY_STEP, a, step-not-failed",
    "SKIP_STEP, x, unknown-step",
    "RESOLVE_STEP, x, unknown-step",
  })
  void whatCannotBeIsAnEventThatSaysWhy(ControlAction action, String step, String code)
      throws Exception {
    engine.control("w", DrivenEngine.order(action).setStep(step));

    WorkflowEvent refused = last(EventType.CONTROL_REFUSED);
    assertThat(refused.getReason()).isEqualTo(code);
    assertThat(refused.getFailure().getMessage()).contains("'" + step + "'");
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
    assertFold();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"action\":\"RERUN\"}|RERUN needs step, which is empty",
        "{\"action\":\"SKIP_STEP\",\"step\":\"\"}|SKIP_STEP needs step, which is empty",
        "{\"action\":\"SET_PRIORITY\"}|SET_PRIORITY needs priority 0 to 9, it is -1",
        "{\"action\":\"SET_PRIORITY\",\"priority\":10}|must be a whole number from 0 to 9",
        "{\"action\":\"PAUSE\",\"dryRun\":true}|dryRun is set for PAUSE",
        "{\"action\":\"EXPLODE\"}|EXPLODE",
      })
  void controlThatSaysTooLittleIsADeadLetter(String json, String reason) {
    engine.events();
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    engine.send(
        engine.topics.controls(),
        new TestRecord<>("w".getBytes(UTF_8), json.getBytes(UTF_8), headers, DrivenEngine.NOON));

    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(
                        new String(
                            letter.headers().lastHeader(HeaderNames.ERROR_MESSAGE).value(), UTF_8))
                    .contains(reason));
    assertThat(engine.events()).isEmpty();
  }

  @Test
  void idThatIsTooLongIsADeadLetter() {
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE).setId("x".repeat(129)));

    assertThat(engine.deadLetters()).hasSize(1);
  }

  private EventType readLog() {
    for (WorkflowEvents record : engine.eventRecords()) {
      log.add(read++, record);
    }
    return log.entries().getLast().event().getType();
  }

  /** The last event, which is the first of its record or the only one of its type. */
  private WorkflowEvent last(EventType type) {
    readLog();
    return log.entries().stream()
        .map(EventHistory.Entry::event)
        .filter(event -> event.getType() == type)
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  private void assertFold() throws MalformedRecordException {
    readLog();
    WorkflowHistory history =
        WorkflowHistory.of(
            new DefinitionDecoder(engine.topics, engine.registry)
                .decode(engine.definitionBytes(CHAIN)));
    for (EventHistory.Entry entry : log.entries()) {
      history.apply(entry);
    }
    StoredFold.assertThatItIs(engine, "w", history);
  }
}
