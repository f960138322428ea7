package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForEachBatchTest extends ForEachCase {
  private static ForEach batches(int size, int tolerated) {
    return new ForEach("input", 0, size, tolerated, false);
  }

  private static List<String> items(StepCommand command) {
    return command.getItems().stream().map(ForEachCase::text).toList();
  }

  @Test
  void aCommandCarriesABatchOfItemsAndACompletionTheirResults() {
    engine.define(definition(batches(2, 0)));
    start("w", 5);
    List<StepCommand> out = engine.commands();

    assertThat(out).extracting(StepCommand::getBranch).containsExactly(0, 1, 2);
    assertThat(out).allSatisfy(command -> assertThat(command.getInput()).isNull());
    assertThat(out.stream().map(ForEachBatchTest::items))
        .containsExactly(
            List.of("{\"n\":0,\"at\":0}", "{\"n\":1,\"at\":1}"),
            List.of("{\"n\":2,\"at\":2}", "{\"n\":3,\"at\":3}"),
            List.of("{\"n\":4,\"at\":4}"));
    reportBatch(out.get(2), List.of(good("4")));
    reportBatch(out.get(0), List.of(good("0"), good("{\"x\":1}")));
    reportBatch(out.get(1), List.of(good("2"), good("3")));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":5,\"succeeded\":5,\"failed\":0,\"results\":[0,{\"x\":1},2,3,4]}");
  }

  @Test
  void onlyTheItemsThatFailedAreSentAgain() {
    engine.define(definition(batches(3, 1), null, Duration.ZERO));
    start("w", 3);
    StepCommand first = engine.commands().getFirst();
    engine.events();
    reportBatch(first, List.of(good("0"), bad("flaky", true), bad("broken", false)));
    WorkflowEvent failed = engine.events().getFirst();
    assertThat(failed.getType()).isEqualTo(EventType.ATTEMPT_FAILED);
    assertThat(failed.getResults()).hasSize(3);

    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    StepCommand second = engine.commands().getFirst();
    assertThat(items(second)).containsExactly("1");
    assertThat(second.getAttempt()).isEqualTo(2);
    reportBatch(second, List.of(good("11")));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":3,\"succeeded\":2,\"failed\":1,\"results\":[0,11,null]}");
  }

  @Test
  void itemsThatFailAsOftenAsTheyMayCountOneByOne() {
    engine.define(definition(batches(3, 1), null, Duration.ZERO));
    start("w", 3);
    reportBatch(
        engine.commands().getFirst(), List.of(good("0"), bad("flaky", true), bad("flaky", true)));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    engine.events();

    reportBatch(engine.commands().getFirst(), List.of(bad("flaky", true), bad("flaky", true)));

    assertThat(engine.eventTypes())
        .containsExactly(
            EventType.STEP_FAILED,
            EventType.BRANCHES_REPORTED,
            EventType.STEP_FAILED,
            EventType.WORKFLOW_FAILED);
  }

  @Test
  void aBatchThatFailsAsAWholeIsSentAgainWithWhatIsStillToDo() {
    engine.define(definition(batches(2, 0), null, Duration.ZERO));
    start("w", 2);
    fail(engine.commands().getFirst(), "flaky");
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));

    StepCommand second = engine.commands().getFirst();
    assertThat(items(second)).containsExactly("0", "1");
    reportBatch(second, List.of(good("0"), good("1")));

    lastCommand = engine.commands().getFirst();
    assertOutput("{\"count\":2,\"succeeded\":2,\"failed\":0,\"results\":[0,1]}");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "3"})
  void anotherNumberOfResultsThanItemsFailsTheBatch(int results) {
    engine.define(definition(batches(2, 0), null, Duration.ZERO));
    start("w", 2);
    StepCommand command = engine.commands().getFirst();
    engine.events();

    reportBatch(command, java.util.Collections.nCopies(results, good("0")));

    assertThat(engine.events())
        .anySatisfy(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.STEP_FAILED);
              assertThat(event.getFailure().getType()).isEqualTo("millrace.results-mismatch");
            });
  }

  @Test
  void aHundredThousandItemsFitInBatchesOfAHundred() {
    engine.define(definition(batches(100, 0), null, Duration.ZERO));
    start("w", 100_000);

    List<StepCommand> out = engine.commands();
    assertThat(out).hasSize(1_000);
    for (StepCommand command : out) {
      reportBatch(command, java.util.Collections.nCopies(100, good("1")));
    }

    lastCommand = engine.commands().getFirst();
    assertThat(text(lastCommand.getInput()))
        .startsWith("{\"count\":100000,\"succeeded\":100000,\"failed\":0,\"results\":[1,1,");
  }
}
