package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that wait in the engine for their queues, in the order in which they go on. */
class GateFlowTest extends DrivenEngineCase {
  private static final WorkflowDefinition ONE = definition("one", Definitions.step("a"));
  private static final WorkflowDefinition CHAIN =
      definition("chain", Definitions.step("a"), Definitions.step("b", "a"));

  private static WorkflowDefinition definition(String name, StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private void window(int attempts) {
    engine.windows.windows.put("queue", attempts);
  }

  private void start(String workflowId, String tenant, int priority) {
    WorkflowStart start =
        WorkflowStart.newBuilder()
            .setDefinition("one")
            .setTenant(tenant)
            .setPriority(priority)
            .build();
    engine.send(engine.topics.starts(), workflowId, engine.starts.encode(start));
    engine.advance(Duration.ofMillis(1));
  }

  /** The ids of the workflows whose commands were sent since the last call. */
  private List<String> sent() {
    return engine.commands().stream().map(StepCommand::getWorkflowId).toList();
  }

  /** Lets workers do all that is sent, one after another, in the order in which it was sent. */
  private List<String> workToTheEnd() {
    List<String> order = new ArrayList<>();
    for (List<StepCommand> sent = engine.commands(); !sent.isEmpty(); sent = engine.commands()) {
      for (StepCommand command : sent) {
        order.add(command.getWorkflowId());
        engine.succeed(command.getWorkflowId(), command.getStep(), command.getAttempt(), null);
      }
    }
    return order;
  }

  private long keysOfHeldSteps() {
    return engine.stored().keySet().stream().filter(key -> key.get()[0] == 'q').count();
  }

  @Test
  void stepsBeyondTheWindowAreSentAsCompletionsMakeRoom() {
    window(2);
    engine.define(ONE);
    for (int i = 0; i < 5; i++) {
      start("w" + i, "", 5);
    }
    assertThat(sent()).containsExactly("w0", "w1");
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_HELD)
        .hasSize(3)
        .allSatisfy(event -> assertThat(event.getReason()).isEqualTo("queue"));
    assertThat(keysOfHeldSteps()).isEqualTo(3);

    engine.succeed("w1", "a", 1, null);
    assertThat(sent()).containsExactly("w2");
    engine.succeed("w0", "a", 1, null);
    engine.succeed("w2", "a", 1, null);
    assertThat(sent()).containsExactly("w3", "w4");
    assertThat(keysOfHeldSteps()).isZero();
  }

  @Test
  void higherPrioritiesGoFirstAndAgeDecidesAmongEquals() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("low", "", 1);
    start("normal-1", "", 5);
    start("normal-2", "", 5);
    start("high", "", 9);

    assertThat(workToTheEnd()).containsExactly("first", "high", "normal-1", "normal-2", "low");
  }

  @Test
  void tenantsTakeTurnsHoweverManyStepsOneOfThemHas() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    for (int i = 0; i < 4; i++) {
      start("noisy-" + i, "noisy", 5);
    }
    start("quiet-0", "quiet", 5);
    start("quiet-1", "quiet", 5);

    assertThat(workToTheEnd())
        .containsExactly("first", "noisy-0", "quiet-0", "noisy-1", "quiet-1", "noisy-2", "noisy-3");
  }

  @Test
  void tenantOfTwiceTheWeightIsServedTwiceInItsTurn() {
    window(1);
    engine.windows.weights.put("heavy", 2);
    engine.define(ONE);
    start("first", "", 5);
    for (int i = 0; i < 4; i++) {
      start("heavy-" + i, "heavy", 5);
    }
    start("light-0", "light", 5);
    start("light-1", "light", 5);

    assertThat(workToTheEnd())
        .containsExactly("first", "heavy-0", "heavy-1", "light-0", "heavy-2", "heavy-3", "light-1");
  }

  @Test
  void orderIsKeptOverARestart() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("a-1", "a", 5);
    start("a-2", "a", 5);
    start("b-1", "b", 5);
    start("high", "b", 9);
    assertThat(sent()).containsExactly("first");

    engine.restartWhole(ONE);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).as("the one that is open is counted").isEmpty();
    engine.succeed("first", "a", 1, null);
    assertThat(workToTheEnd()).containsExactly("high", "a-1", "b-1", "a-2");
    assertThat(keysOfHeldSteps()).isZero();
  }

  @Test
  void stepsThatWaitGoOnAfterARestartThoughNothingElseHappens() {
    window(0);
    engine.define(ONE);
    start("w", "", 5);
    engine.restartWhole(ONE);
    window(1);

    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).containsExactly("w");
  }

  @Test
  void completionBeforeEverythingIsCountedMakesRoomAtOnce() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("second", "", 5);
    sent();
    engine.restartWhole(ONE);

    engine.succeed("first", "a", 1, null);

    assertThat(sent()).containsExactly("second");
    engine.advance(DrivenEngine.TICK);
    engine.advance(DrivenEngine.TICK);
    start("third", "", 5);
    assertThat(sent()).as("the second is counted once").isEmpty();
    engine.succeed("second", "a", 1, null);
    assertThat(sent()).containsExactly("third");
  }

  @Test
  void manyThatWaitKeepTheirOrderThoughOnlySomeAreInMemory() {
    window(1);
    engine.define(ONE);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      ids.add("w%03d".formatted(i));
      start(ids.getLast(), "", 5);
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      order.addAll(sent());
      engine.succeed(order.getLast(), "a", 1, null);
    }
    for (int i = 400; i < 450; i++) {
      ids.add("w%03d".formatted(i));
      start(ids.getLast(), "", 5);
    }
    engine.restartWhole(ONE);
    for (int i = 0; i < 150; i++) {
      engine.succeed("nobody", "a", 1, null); // offsets begin at 0 again
    }
    engine.advance(DrivenEngine.TICK);
    order.addAll(workToTheEnd());
    assertThat(order).hasSize(150);

    engine.succeed("w150", "a", 1, null);
    order.add("w150");
    order.addAll(workToTheEnd());
    assertThat(order).isEqualTo(ids);
  }

  @Test
  void stepsGoOnAfterARestartLongBeforeEverythingIsCounted() {
    window(1);
    engine.define(ONE);
    for (int i = 0; i < 4_500; i++) {
      start("w%04d".formatted(i), "", 5);
    }
    sent();
    engine.restartWhole(ONE);
    window(3);

    engine.advance(Duration.ofSeconds(1));

    assertThat(sent())
        .as("the one that is open was counted first")
        .containsExactly("w0001", "w0002");
    assertThat(engine.report.queue("queue").orElseThrow().isCounted()).isFalse();
    engine.advance(Duration.ofSeconds(1));
    engine.advance(Duration.ofSeconds(1));
    assertThat(engine.report.queues().get("queue"))
        .extracting(QueueState::open, QueueState::held, QueueState::isCounted)
        .containsExactly(3L, 4_497L, true);
  }

  @Test
  void nextStepOfAWorkflowLinesUpBehindWhatWaits() {
    window(1);
    engine.define(ONE);
    engine.define(CHAIN);
    engine.start("chain", "chain");
    start("one", "", 5);
    sent();

    engine.succeed("chain", "a", 1, null);

    assertThat(sent()).containsExactly("one");
    engine.succeed("one", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("b/1");
  }

  @Test
  void widerWindowIsSeenAtTheNextTick() {
    window(1);
    engine.define(ONE);
    for (int i = 0; i < 5; i++) {
      start("w" + i, "", 5);
    }
    assertThat(sent()).hasSize(1);

    window(4);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).containsExactly("w1", "w2", "w3");
  }

  @Test
  void pausedQueueIsSentNothingUntilItGoesOn() {
    engine.windows.paused.add("queue");
    engine.define(ONE);
    engine.advance(DrivenEngine.TICK);
    start("w", "", 5);
    assertThat(sent()).isEmpty();
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_HELD)
        .singleElement()
        .satisfies(event -> assertThat(event.getReason()).isEqualTo("queue-paused"));

    engine.windows.paused.clear();
    engine.advance(DrivenEngine.TICK);
    assertThat(sent()).containsExactly("w");
  }

  @Test
  void cancelledStepsAreLeftOutWhenTheirTurnComes() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("gone", "", 5);
    start("last", "", 5);
    engine.cancel("gone", "enough");
    sent();

    engine.succeed("first", "a", 1, null);

    assertThat(sent()).containsExactly("last");
    assertThat(keysOfHeldSteps()).isZero();
  }

  @Test
  void cancelOfWhatIsOpenMakesRoom() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("last", "", 5);
    sent();

    engine.cancel("first", "enough");

    assertThat(sent()).containsExactly("last");
  }

  @Test
  void otherPriorityMovesWhatWaits() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("a", "", 5);
    start("b", "", 5);
    engine.control("b", DrivenEngine.order(ControlAction.SET_PRIORITY).setPriority(9));

    assertThat(workToTheEnd()).containsExactly("first", "b", "a");
    assertThat(keysOfHeldSteps()).isZero();
  }

  @Test
  void stepThatIsMovedKeepsItsAge() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("old", "", 5);
    engine.advance(Duration.ofSeconds(10));
    start("young-1", "", 9);
    start("young-2", "", 9);
    engine.control("old", DrivenEngine.order(ControlAction.SET_PRIORITY).setPriority(9));

    assertThat(workToTheEnd()).containsExactly("first", "old", "young-1", "young-2");
  }

  @Test
  void stepWhoseKeyIsMissingIsFoundByTheScanAfterARestart() {
    window(1);
    engine.define(ONE);
    start("first", "", 5);
    start("lost", "", 5);
    engine.stored().keySet().stream()
        .filter(key -> key.get()[0] == 'q')
        .forEach(key -> engine.store(key, null));
    engine.write();
    engine.restartWhole(ONE);
    engine.advance(DrivenEngine.TICK);
    engine.succeed("first", "a", 1, null);

    assertThat(sent()).contains("lost");
  }

  @Test
  void reportSaysHowThingsStand() {
    window(2);
    engine.define(ONE);
    for (int i = 0; i < 5; i++) {
      start("w" + i, "", 5);
    }
    engine.advance(Duration.ofSeconds(2));

    assertThat(engine.report.queues())
        .containsOnlyKeys("queue")
        .containsEntry(
            "queue",
            new QueueState(2, 3, 2, false, DrivenEngine.NOON.plusMillis(2).toEpochMilli(), true));
  }

  @Test
  void manyStepsOfOneWorkflowWaitAndAllAreDone() {
    window(3);
    StepDefinition[] steps = new StepDefinition[400];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = TestStep.of("s" + i).build();
    }
    engine.define(definition("wide", steps));
    engine.start("w", "wide");

    assertThat(workToTheEnd()).hasSize(400);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    assertThat(keysOfHeldSteps()).isZero();
    engine.advance(Duration.ofSeconds(2));
    assertThat(engine.report.queues().get("queue"))
        .isEqualTo(new QueueState(0, 0, 3, false, 0, true));
  }
}
