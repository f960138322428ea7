package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForEachTest extends ForEachCase {
  @ParameterizedTest
  @ValueSource(ints = {1, 999, 1_000, 1_001, 10_000})
  void everyItemIsRunOnceAndTheResultsAreInTheirOrder(int items) {
    engine.define(definition(all()));
    start("w", items);

    assertThat(runAllBranches()).isEqualTo(items);

    String results =
        IntStream.range(0, items)
            .mapToObj(i -> Integer.toString(2 * i))
            .collect(Collectors.joining(",", "[", "]"));
    assertOutput(
        "{\"count\":%d,\"succeeded\":%d,\"failed\":0,\"results\":%s}"
            .formatted(items, items, results));
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void anEmptyListSucceedsAtOnce() {
    engine.define(definition(all()));

    start("w", 0);

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":0,\"succeeded\":0,\"failed\":0,\"results\":[]}");
  }

  @Test
  void aBranchIsHandedItsMappedItemAndSpreadsByItsNumber() {
    engine.define(definition(all()));
    engine.start("w", "forked", json("[\"a\",{\"b\":1}]"), null);

    assertThat(engine.commandKeys()).containsExactly("w/each/0", "w/each/1");
  }

  @Test
  void aBranchIsHandedTheItemItselfWhereNothingIsMapped() {
    engine.define(definition(all(), null, Duration.ZERO));
    engine.start("w", "forked", json("[\"a\",{\"b\":1}]"), null);

    List<StepCommand> commands = engine.commands();
    assertThat(commands)
        .extracting(command -> text(command.getInput()))
        .containsExactly("\"a\"", "{\"b\":1}");
    assertThat(commands).allSatisfy(command -> assertThat(command.getDependencies()).isEmpty());
  }

  @Test
  void noMoreBranchesAreOutThanMayRunInParallel() {
    engine.define(definition(new ForEach("input", 3, 1, 0, false)));
    start("w", 1_002);

    List<StepCommand> out = new ArrayList<>(engine.commands());
    int done = 0;
    while (!out.isEmpty() && out.getFirst().getBranch() >= 0) {
      assertThat(out).hasSizeLessThanOrEqualTo(3);
      succeed(out.removeFirst());
      done++;
      out.addAll(engine.commands());
    }
    assertThat(done).isEqualTo(1_002);
  }

  @Test
  void atMostFourChunksAreOut() {
    engine.define(definition(all()));
    start("w", 10_000);

    List<StepCommand> out = engine.commands();
    assertThat(out).hasSize(4_000);
    out.subList(0, 999).forEach(this::succeed);
    assertThat(engine.commands()).isEmpty();
    succeed(out.get(999));
    assertThat(engine.commands()).hasSize(1_000);
  }

  @Test
  void aFailedBranchIsTriedAgainAndItsStepFailsWhenNothingIsTolerated() {
    engine.define(definition(all()));
    start("w", 3);
    List<StepCommand> first = engine.commands();
    fail(first.get(1), "flaky");
    assertThat(engine.commands()).isEmpty();

    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));

    List<StepCommand> second = engine.commands();
    assertThat(second)
        .singleElement()
        .satisfies(
            command -> {
              assertThat(command.getBranch()).isEqualTo(1);
              assertThat(command.getAttempt()).isEqualTo(2);
            });
    engine.events();
    fail(second.getFirst(), "flaky");
    assertThat(engine.eventTypes())
        .containsExactly(
            EventType.STEP_FAILED,
            EventType.BRANCHES_REPORTED,
            EventType.STEP_FAILED,
            EventType.WORKFLOW_FAILED);
    succeed(first.getFirst());
    assertThat(engine.commands()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void failuresAreToleratedUpToTheirNumber() {
    engine.define(definition(new ForEach("input", 0, 1, 2, false)));
    start("w", 5);
    List<StepCommand> out = engine.commands();
    fail(out.get(0), "fatal");
    fail(out.get(3), "fatal");
    succeed(out.get(1));
    succeed(out.get(2));
    succeed(out.get(4));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":5,\"succeeded\":3,\"failed\":2,\"results\":[null,2,4,null,8]}");
  }

  @Test
  void failuresAreToleratedUpToTheirShare() {
    engine.define(definition(new ForEach("input", 0, 1, 10, true)));
    start("w", 20);
    List<StepCommand> out = engine.commands();
    fail(out.get(0), "fatal");
    fail(out.get(1), "fatal");
    engine.events();

    fail(out.get(2), "fatal");

    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_FAILED);
  }

  @Test
  void aBranchTimesOutByItself() {
    engine.define(definition(new ForEach("input", 0, 1, 1, false), null, Duration.ofSeconds(5)));
    start("w", 2);
    List<StepCommand> out = engine.commands();
    succeed(out.get(0), null);
    engine.advance(Duration.ofSeconds(5).plus(DrivenEngine.TICK));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.commands()).singleElement().extracting(StepCommand::getAttempt).isEqualTo(2);

    engine.advance(Duration.ofSeconds(5).plus(DrivenEngine.TICK));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":2,\"succeeded\":1,\"failed\":1,\"results\":[null,null]}");
  }

  @Test
  void duplicateAndLateReportsChangeNothing() {
    engine.define(definition(all()));
    start("w", 2);
    List<StepCommand> out = engine.commands();
    succeed(out.get(0));
    engine.events();

    succeed(out.get(0));

    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 999, 1_000, Integer.MAX_VALUE})
  void aBranchThatThereIsNotIsADeadLetter(int branch) {
    engine.define(definition(all()));
    start("w", 2);
    StepCommand command = engine.commands().getFirst();
    command.setBranch(branch);

    succeed(command, null);

    assertThat(engine.deadLetters())
        .singleElement()
        .extracting(
            letter ->
                new String(letter.headers().lastHeader(HeaderNames.ERROR_CODE).value(), UTF_8))
        .isEqualTo("unknown-branch");
  }

  @Test
  void aReportOnTheWholeStepIsADeadLetter() {
    engine.define(definition(all()));
    start("w", 2);

    engine.succeed("w", "each", 1, null);

    assertThat(engine.deadLetters())
        .singleElement()
        .extracting(
            letter ->
                new String(letter.headers().lastHeader(HeaderNames.ERROR_CODE).value(), UTF_8))
        .isEqualTo("unknown-branch");
  }

  @Test
  void nothingIsLeftAfterTheSummaryHasExpired() {
    engine.define(definition(all()));
    start("w", 2_500);
    List<StepCommand> out = engine.commands();
    out.forEach(command -> succeed(command, DrivenEngine.payload(300)));
    engine.succeed("w", "last", 1, null);
    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_SUCCEEDED);
    assertThat(engine.stored().size()).isGreaterThan(2_500);

    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));

    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void aCancelForgetsTheBranchesAtOnce() {
    WorkflowDefinition definition = definition(all(), null, Duration.ofSeconds(5));
    engine.define(definition);
    start("w", 2_500);
    engine.commands().subList(0, 1_200).forEach(this::succeed);

    engine.cancel("w", "enough");

    assertThat(engine.stored()).hasSize(2); // the summary and its timer
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void itemsOfWhichNoCommandCanBeMadeFailTheirStep() {
    engine.define(definition(all(), "{\"n\": \"${item.missing}\"}", Duration.ZERO));

    start("w", 3);

    assertThat(engine.commands()).isEmpty();
    assertThat(engine.events())
        .anySatisfy(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.WORKFLOW_FAILED);
              assertThat(event.getFailure().getType()).isEqualTo("millrace.items-failed");
            });
  }

  @Test
  void aListThatIsTooLongFailsItsStep() {
    engine.define(definition(all()));

    start("w", 100_001);

    assertThat(engine.events())
        .anySatisfy(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.STEP_FAILED);
              assertThat(event.getFailure().getType()).startsWith("millrace.");
            });
    assertThat(engine.commands()).isEmpty();
  }
}
