package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A workflow for each item of a list; the test driver hands their records on to each other. */
class ForEachChildrenTest extends ForEachCase {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String COUNTS = "{\"count\":%d,\"succeeded\":%d,\"failed\":%d,";

  private static final Set<EventType> LET_GO =
      Set.of(EventType.WORKFLOW_CANCELLED, EventType.WORKFLOW_TERMINATED, EventType.STEP_SKIPPED);

  private final List<Runnable> inputs = new ArrayList<>();

  private static WorkflowDefinition parent(int maxParallel, int tolerated) {
    StepDefinition each =
        TestStep.of("each")
            .does(new StepAction.StartChild("doubled", 0, null, null, false, true))
            .timeouts(Timeouts.startToClose(LIMIT))
            .retry(TWICE)
            .forEach(new ForEach("input", maxParallel, 1, tolerated, false))
            .build();
    StepDefinition last =
        TestStep.of("last", "each")
            .does(new StepAction.Work("type", "queue", "\"${steps.each.output}\""))
            .build();
    return WorkflowDefinition.of("forked", 1, Duration.ZERO, RetryPolicy.NONE, List.of(each, last));
  }

  private void define(int maxParallel, int tolerated) {
    engine.define(parent(maxParallel, tolerated));
    engine.define(
        new WorkflowDefinition(
            "doubled",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            0,
            "\"${steps.twice.output}\"",
            List.of(TestStep.of("twice").build()),
            List.of()));
  }

  private void answer(StepCommand command) {
    succeed(command, json(Integer.toString(2 * Integer.parseInt(text(command.getInput())))));
  }

  /** Answers for all workflows of items until none is sent any more. */
  private void answerAll() {
    for (List<StepCommand> sent = engine.commands(); !sent.isEmpty(); sent = engine.commands()) {
      for (StepCommand command : sent) {
        if (command.getStep().equals("last")) {
          lastCommand = command;
        } else {
          answer(command);
        }
      }
    }
  }

  @Test
  void eachItemIsAWorkflowAndTheirOutputsAreTheResults() {
    define(0, 0);
    start("w", 3);

    List<StepCommand> sent = engine.commands();
    assertThat(sent)
        .extracting(StepCommand::getWorkflowId)
        .containsExactly("w.each:0.1", "w.each:1.1", "w.each:2.1");
    sent.reversed().forEach(this::answer);

    answerAll();
    assertOutput(COUNTS.formatted(3, 3, 0) + "\"results\":[0,2,4]}");
  }

  @Test
  void aLargeListIsSharedOutAmongWorkflowsChunkByChunk() {
    define(400, 0);
    start("w", 1_200);
    assertThat(engine.attempts()).hasSize(400);
    engine.restart();
    define(400, 0);
    for (int item = 0; item < 400; item++) {
      engine.succeed("w.each:" + item + ".1", "twice", 1, json(Integer.toString(2 * item)));
    }

    answerAll();

    String results =
        IntStream.range(0, 1_200)
            .mapToObj(i -> Integer.toString(2 * i))
            .collect(Collectors.joining(","));
    assertOutput(COUNTS.formatted(1_200, 1_200, 0) + "\"results\":[" + results + "]}");
    engine.succeed("w", "last", 1, null);
    engine.advance(DrivenEngine.RETENTION.plus(Duration.ofMinutes(1)));
    engine.advance(Duration.ofMinutes(1));
    assertThat(engine.stored()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aWorkflowThatFailsIsStartedAgainAndThenTheItemHasFailed() {
    define(0, 1);
    start("w", 2);
    engine.commands();
    engine.fail("w.each:1.1", "twice", 1, "flaky");
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    engine.fail("w.each:1.2", "twice", 1, "flaky");
    engine.succeed("w.each:0.1", "twice", 1, json("0"));

    answerAll();

    assertOutput(COUNTS.formatted(2, 1, 1) + "\"results\":[0,null]}");
  }

  @Test
  void whenTooManyFailTheOthersAreCancelled() {
    define(0, 0);
    start("w", 3);
    engine.events();

    engine.fail("w.each:1.1", "twice", 1, "fatal");

    assertThat(engine.idsWith(EventType.WORKFLOW_CANCELLED))
        .containsExactlyInAnyOrder("w.each:0.1", "w.each:2.1");
  }

  @Test
  void aWorkflowThatTakesTooLongIsCancelled() {
    define(0, 2);
    start("w", 2);
    engine.succeed("w.each:0.1", "twice", 1, json("0"));
    engine.commands();
    engine.advance(LIMIT.plus(DrivenEngine.TICK));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));

    assertThat(engine.idsWith(EventType.WORKFLOW_CANCELLED)).containsExactly("w.each:1.1");
    answerAll();
    assertOutput(COUNTS.formatted(2, 2, 0) + "\"results\":[0,2]}");
  }

  @Test
  void aCancelOfTheParentReachesThemAll() {
    define(2, 0);
    start("w", 5);
    engine.succeed("w.each:0.1", "twice", 1, json("0"));
    engine.events();

    engine.cancel("w", "enough");

    assertThat(engine.idsWith(EventType.WORKFLOW_CANCELLED))
        .containsExactlyInAnyOrder("w", "w.each:1.1", "w.each:2.1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aRerunStartsThemAnew() {
    define(0, 0);
    start("w", 2);
    answerAll();
    engine.events();

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("each"));

    List<StepCommand> sent = engine.commands();
    assertThat(sent)
        .extracting(StepCommand::getWorkflowId)
        .containsExactly("w.each:0.1001", "w.each:1.1001");
    sent.forEach(this::answer);
    answerAll();
    assertOutput(COUNTS.formatted(2, 2, 0) + "\"results\":[0,2]}");
  }

  @Test
  void theEventsOfABranchNameItsWorkflow() {
    define(0, 0);
    start("w", 1);

    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_SUSPENDED)
        .extracting(WorkflowEvent::getStep, WorkflowEvent::getNumber, WorkflowEvent::getName)
        .containsExactly(tuple("each", 0L, "w.each:0.1"));
  }

  @Test
  void aStartMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", 3));
      isCut = crashAfter(puts);
      IntStream.range(0, 3).forEach(this::end);
      answerAll();
      assertOutput(COUNTS.formatted(3, 3, 0) + "\"results\":[0,2,4]}");
    }
  }

  @Test
  void theEndOfOneMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", 2));
      input(() -> end(0));
      engine.commit();
      input(() -> end(1));
      isCut = crashAfter(puts);
      answerAll();
      assertOutput(COUNTS.formatted(2, 2, 0) + "\"results\":[0,2]}");
    }
  }

  @Test
  void whatLeavesThemMayBeCutAnywhere() {
    for (WorkflowControl.Builder control :
        List.of(
            DrivenEngine.order(ControlAction.CANCEL),
            DrivenEngine.order(ControlAction.TERMINATE),
            DrivenEngine.order(ControlAction.SKIP_STEP).setStep("each"))) {
      boolean isCut = true;
      for (int puts = 0; isCut; puts++) {
        begin();
        input(() -> start("w", 3));
        input(() -> end(1));
        engine.commit();
        engine.controlled();
        input(() -> engine.control("w", control));
        Set<String> first = Set.copyOf(engine.controlled());
        isCut = crashAfter(puts);
        Set<String> again = Set.copyOf(engine.controlled());
        boolean isDoneAgain = engine.eventTypes().stream().anyMatch(LET_GO::contains);
        Set<String> open = Set.of("w.each:0.1", "w.each:2.1");
        assertThat(isDoneAgain ? again : first).containsAll(open).doesNotContain("w.each:1.1");
        end(0);
        engine.control("w", DrivenEngine.order(ControlAction.TERMINATE));
        engine.advance(DrivenEngine.RETENTION.plus(Duration.ofMinutes(1)));
        engine.advance(Duration.ofMinutes(1));
        assertThat(engine.stored()).isEmpty();
      }
    }
  }

  /** Of the crashes only the parent is looked at: what it starts waits for its definition. */
  private void begin() {
    stopEngine();
    startEngine();
    inputs.clear();
    engine.define(parent(0, 0));
  }

  private void input(Runnable input) {
    inputs.add(input);
    input.run();
  }

  /** The workflow of an item ends, and tells its parent. */
  private void end(int item) {
    engine.complete(
        "w",
        StepCompletion.newBuilder()
            .setStep("each")
            .setBranch(item)
            .setAttempt(1)
            .setStatus(CompletionStatus.SUCCEEDED)
            .setOutput(json(Integer.toString(2 * item)))
            .build());
  }

  /** Crashes when so many changes of the last input are written; all inputs are read again. */
  private boolean crashAfter(int puts) {
    boolean isCut = engine.commitFirst(puts);
    engine.commands().forEach(command -> lastCommand = command);
    engine.crash(parent(0, 0));
    inputs.forEach(Runnable::run);
    return isCut;
  }
}
