package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * At-least-once: the changes of one input are written one after another, and a crash can come
 * between any two of them. The inputs are read again, and all comes to the end that it would have
 * come to.
 */
class ForEachCrashTest extends ForEachCase {
  private static final int ITEMS = 1_003;

  private final WorkflowDefinition definition =
      definition(new ForEach("input", 1_000, 1, 1, false));
  private final List<Runnable> inputs = new ArrayList<>();
  private final List<WorkflowEvents> log = new ArrayList<>();
  private StepCommand atLast = new StepCommand();
  private WorkflowDefinition defined = definition;

  private void input(Runnable input) {
    inputs.add(input);
    input.run();
  }

  /** Reports all branches that are out, but for some that are left. */
  private List<StepCommand> reportAllBut(int left, List<StepCommand> out) {
    int all = out.size() - left;
    out.subList(0, all).forEach(command -> input(() -> succeed(command)));
    return out.subList(all, out.size());
  }

  @Test
  void theStartMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", ITEMS));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @Test
  void theEndOfAChunkMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", ITEMS));
      StepCommand last = reportAllBut(1, engine.commands()).getFirst();
      engine.commit();
      input(() -> succeed(last));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @Test
  void theEndOfTheLastChunkMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", ITEMS));
      reportAllBut(0, engine.commands());
      StepCommand last = reportAllBut(1, engine.commands()).getFirst();
      engine.commit();
      input(() -> succeed(last));
      isCut = crashAfter(puts);
      finish();
    }
  }

  @Test
  void aFailureMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", 3));
      StepCommand last = reportAllBut(1, engine.commands()).getFirst();
      engine.commit();
      input(() -> fail(last, "fatal"));
      isCut = crashAfter(puts);
      assertThat(runToTheEnd())
          .isEqualTo("{\"count\":3,\"succeeded\":2,\"failed\":1,\"results\":[0,2,null]}");
      assertThatNothingIsLeft();
    }
  }

  /** All items of the first chunk fail before a worker hears of them, and two of the second. */
  @Test
  void aStartWhoseItemsFailMayBeCutAnywhere() {
    WorkflowDefinition failing =
        definition(new ForEach("input", 1_000, 1, ITEMS, false), "\"${item.id}\"", Duration.ZERO);
    String items = "[" + "{},".repeat(ITEMS - 2) + "{\"id\":1},{}]";
    String results = "[" + "null,".repeat(ITEMS - 2) + "2002,null]";
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(failing);
      input(() -> engine.start("w", "forked", json(items), null));
      isCut = crashAfter(puts);
      engine.advance(Duration.ofSeconds(31));
      engine.advance(Duration.ofSeconds(31));
      assertThat(runToTheEnd())
          .isEqualTo(
              "{\"count\":%d,\"succeeded\":1,\"failed\":%d,\"results\":%s}"
                  .formatted(ITEMS, ITEMS - 1, results));
      assertThatNothingIsLeft();
    }
  }

  @Test
  void aTimerThatEndsAChunkMayBeCutAnywhere() {
    WorkflowDefinition timed =
        definition(new ForEach("input", 1_000, 1, 1, false), null, Duration.ofSeconds(5));
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(timed);
      input(() -> start("w", 3));
      reportAllBut(1, engine.commands());
      engine.advance(Duration.ofSeconds(5).plus(DrivenEngine.TICK));
      engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
      engine.commands();
      engine.commit();
      engine.advance(Duration.ofSeconds(5).plus(DrivenEngine.TICK));
      log.addAll(engine.eventRecords());
      isCut = engine.commitFirst(puts);
      List<StepCommand> sent = engine.commands();
      engine.crash(timed);
      inputs.forEach(Runnable::run);
      run(sent);
      engine.advance(Duration.ofSeconds(60));
      assertThat(runToTheEnd())
          .isEqualTo("{\"count\":3,\"succeeded\":2,\"failed\":1,\"results\":[0,2,null]}");
      assertThatNothingIsLeft();
    }
  }

  @Test
  void aCancelMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", ITEMS));
      reportAllBut(300, engine.commands());
      engine.commit();
      input(() -> engine.cancel("w", "enough"));
      isCut = crashAfter(puts);
      run(engine.commands());
      assertThat(engine.commands()).isEmpty();
      assertThat(types(history())).containsOnlyOnce(EventType.WORKFLOW_CANCELLED);
      assertThatNothingIsLeft();
    }
  }

  @Test
  void aStepThatIsResolvedMayBeCutAnywhere() {
    letGo(
        DrivenEngine.order(ControlAction.RESOLVE_STEP).setStep("each").setPayload(json("7")), "7");
  }

  @Test
  void aStepThatIsSkippedMayBeCutAnywhere() {
    letGo(DrivenEngine.order(ControlAction.SKIP_STEP).setStep("each"), null);
  }

  /** Of the branches of a step that an operator ends no more are sent. */
  private void letGo(WorkflowControl.Builder control, @Nullable String output) {
    WorkflowDefinition few = definition(new ForEach("input", 3, 1, 1, false));
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin(few);
      input(() -> start("w", 10));
      List<StepCommand> out = engine.commands();
      engine.commit();
      input(() -> engine.control("w", control));
      isCut = crashAfter(puts);
      out.forEach(this::succeed);
      List<StepCommand> sent = engine.commands();
      assertThat(sent).allSatisfy(each -> assertThat(each.getBranch()).isNegative());
      run(sent);
      if (output == null) {
        assertThat(types(history())).contains(EventType.STEP_SKIPPED);
        engine.cancel("w", "enough");
      } else {
        assertThat(runToTheEnd()).isEqualTo(output);
      }
      assertThatNothingIsLeft();
    }
  }

  @Test
  void theForgettingMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      start("w", 3);
      engine.commands().forEach(command -> succeed(command, DrivenEngine.payload(5_000)));
      engine.succeed("w", "last", 1, DrivenEngine.payload(5_000));
      engine.commit();
      engine.advance(DrivenEngine.RETENTION.plus(Duration.ofMinutes(1)));
      isCut = engine.commitFirst(puts);
      engine.crash(defined);
      engine.advance(Duration.ofMinutes(1));
      assertThat(engine.stored()).isEmpty();
    }
  }

  @Test
  void aRerunMayBeCutAnywhere() {
    boolean isCut = true;
    for (int puts = 0; isCut; puts++) {
      begin();
      input(() -> start("w", ITEMS));
      for (List<StepCommand> out = engine.commands();
          !out.isEmpty() && out.getFirst().getBranch() >= 0;
          out = engine.commands()) {
        reportAllBut(0, out);
      }
      engine.commit();
      input(() -> engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("each")));
      isCut = crashAfter(puts);
      finish();
    }
  }

  private void begin() {
    begin(definition);
  }

  private void begin(WorkflowDefinition with) {
    stopEngine();
    startEngine();
    inputs.clear();
    log.clear();
    engine.define(with);
    defined = with;
  }

  /** Crashes when so many changes of the last input are written; all inputs are read again. */
  private boolean crashAfter(int puts) {
    log.addAll(engine.eventRecords());
    boolean isCut = engine.commitFirst(puts);
    List<StepCommand> sent = engine.commands();
    engine.crash(defined);
    inputs.forEach(Runnable::run);
    run(sent);
    return isCut;
  }

  private void finish() {
    String results =
        IntStream.range(0, ITEMS)
            .mapToObj(i -> Integer.toString(2 * i))
            .collect(Collectors.joining(",", "[", "]"));
    assertThat(runToTheEnd())
        .isEqualTo(
            "{\"count\":%d,\"succeeded\":%d,\"failed\":0,\"results\":%s}"
                .formatted(ITEMS, ITEMS, results));
    assertThatNothingIsLeft();
  }

  /** Runs what is sent; a worker runs again what is sent again. Answers what the last step gets. */
  private String runToTheEnd() {
    for (List<StepCommand> sent = engine.commands(); !sent.isEmpty(); sent = engine.commands()) {
      run(sent);
    }
    engine.succeed("w", "last", atLast.getAttempt(), null);
    EventHistory history = history();
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(history.gaps()).isEmpty();
    assertThat(types(history).stream().filter(EventType.WORKFLOW_SUCCEEDED::equals)).hasSize(1);
    return text(atLast.getInput());
  }

  private void run(List<StepCommand> sent) {
    for (StepCommand command : sent) {
      if (command.getBranch() >= 0) {
        succeed(command);
      } else {
        atLast = command;
      }
    }
  }

  private EventHistory history() {
    log.addAll(engine.eventRecords());
    EventHistory history = new EventHistory();
    for (int offset = 0; offset < log.size(); offset++) {
      history.add(offset, log.get(offset));
    }
    return history;
  }

  private static List<EventType> types(EventHistory history) {
    return history.entries().stream().map(entry -> entry.event().getType()).toList();
  }

  private void assertThatNothingIsLeft() {
    engine.advance(DrivenEngine.RETENTION.plus(Duration.ofMinutes(1)));
    engine.advance(Duration.ofMinutes(1));
    assertThat(engine.stored().keySet()).isSubsetOf(Keys.payload("w", PackedWorkflow.INPUT_SLOT));
  }
}
