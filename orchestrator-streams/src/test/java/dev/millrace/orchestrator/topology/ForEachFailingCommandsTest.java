package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Branches that fail before a worker hears of them, while their chunk is still being opened. */
class ForEachFailingCommandsTest extends ForEachCase {
  private static final String OF_OBJECTS = "{\"n\": \"${item.id}\"}";
  private static final String BIG = "[\"${item}\", \"${input.big}\"]";

  private static ForEach tolerating(int batchSize, int failures) {
    return new ForEach("input", 0, batchSize, failures, false);
  }

  /** Starts a workflow with a list of so many objects, of which some have no id. */
  private void startWithObjects(int items, List<Integer> without) {
    String list =
        IntStream.range(0, items)
            .mapToObj(i -> without.contains(i) ? "{}" : "{\"id\":%d}".formatted(i))
            .collect(Collectors.joining(",", "[", "]"));
    engine.start("w", "forked", json(list), null);
  }

  @Test
  void aStepFailsWhenNoneOfItsItemsCanBeMapped() {
    engine.define(definition(tolerating(1, 0), OF_OBJECTS, Duration.ZERO));

    startWithObjects(3, List.of(0, 1, 2));

    assertThat(engine.commands()).isEmpty();
    assertThat(engine.eventTypes())
        .endsWith(EventType.BRANCHES_REPORTED, EventType.STEP_FAILED, EventType.WORKFLOW_FAILED);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void aStepGoesOnAtOnceWhenAllOfItsItemsMayFail() {
    engine.define(definition(tolerating(1, 3), OF_OBJECTS, Duration.ZERO));

    startWithObjects(3, List.of(0, 1, 2));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":3,\"succeeded\":0,\"failed\":3,\"results\":[null,null,null]}");
  }

  @Test
  void aStepFailsAtOnceWhenMoreItemsThanMayFailCannotBeMapped() {
    engine.define(definition(tolerating(1, 1), OF_OBJECTS, Duration.ZERO));

    startWithObjects(1_500, List.of(3, 1_003));

    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_FAILED);
    assertThat(engine.stored().keySet()).as("chunks are forgotten").hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void theOtherItemsRunWhenThoseThatCannotBeMappedAreTolerated() {
    engine.define(definition(tolerating(1, 1), OF_OBJECTS, Duration.ZERO));

    startWithObjects(3, List.of(1));

    assertThat(runAllBranches()).isEqualTo(2);
    assertOutput("{\"count\":3,\"succeeded\":2,\"failed\":1,\"results\":[0,null,4]}");
  }

  @Test
  void allChunksAreOpenedOneAfterTheOtherWhereAllItemsFail() {
    int items = 20_500;
    engine.define(definition(new ForEach("input", 1_000, 1, 100, true), OF_OBJECTS, Duration.ZERO));

    engine.start("w", "forked", json("[{}" + ",{}".repeat(items - 1) + "]"), null);

    lastCommand = engine.commands().getFirst();
    assertThat(text(lastCommand.getInput()))
        .startsWith("{\"count\":%d,\"succeeded\":0,\"failed\":%d,".formatted(items, items));
    EventHistory history = new EventHistory();
    List<WorkflowEvents> log = engine.eventRecords();
    for (int offset = 0; offset < log.size(); offset++) {
      assertThat(history.add(offset, log.get(offset))).isEqualTo(EventHistory.Outcome.APPENDED);
    }
    engine.succeed("w", "last", 1, null);
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void commandsThatAreTooLargeFailTheirBatches() {
    engine.define(definition(new ForEach("input.list", 0, 10, 30, false), BIG, Duration.ZERO));

    startWithBig(30);

    StepCommand last = engine.commands().getFirst();
    assertThat(text(last.getInput())).startsWith("{\"count\":30,\"succeeded\":0,\"failed\":30,");
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.STEP_FAILED)
        .hasSize(3)
        .allSatisfy(
            event ->
                assertThat(event.getFailure().getType()).isEqualTo("millrace.command-too-large"));
  }

  /** The first batch cannot be mapped, and only then is the command of the second too large. */
  @Test
  void theLastWordOfAChunkIsThatOfItsLastBatch() {
    ForEach forEach = new ForEach("input.list", 0, 10, 20, false);
    engine.define(definition(forEach, "[\"${item.id}\", \"${input.big}\"]", Duration.ZERO));
    String first = "{}" + ",{}".repeat(9);
    String second = "{\"id\":1}" + ",{\"id\":1}".repeat(9);
    String big = "x".repeat(500_000);
    engine.start(
        "w",
        "forked",
        json("{\"list\":[%s,%s],\"big\":\"%s\"}".formatted(first, second, big)),
        null);

    StepCommand last = engine.commands().getFirst();

    assertThat(text(last.getInput())).startsWith("{\"count\":20,\"succeeded\":0,\"failed\":20,");
    List<WorkflowEvent> events = engine.events();
    assertThat(events).filteredOn(e -> e.getType() == EventType.BRANCHES_REPORTED).hasSize(1);
  }

  @Test
  void commandsThatAreTooLargeOneAfterTheOtherAreAllTold() {
    engine.define(definition(new ForEach("input.list", 1, 10, 100, true), BIG, Duration.ZERO));

    startWithBig(2_000);

    StepCommand last = engine.commands().getFirst();
    assertThat(text(last.getInput()))
        .startsWith("{\"count\":2000,\"succeeded\":0,\"failed\":2000,");
  }

  /** Starts a workflow with so many items and what is too large for ten of them together. */
  private void startWithBig(int items) {
    String list =
        IntStream.range(0, items)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
    engine.start(
        "w",
        "forked",
        json("{\"list\":%s,\"big\":\"%s\"}".formatted(list, "x".repeat(450_000))),
        null);
  }
}
