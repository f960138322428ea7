package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.WorkflowAndChunks.Command;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Branches that take several items at once. */
class BatchesTest extends BranchesCase {
  @Test
  void whatABatchDidNotDoIsSentAgainAlone() {
    WorkflowAndChunks workflow = over(3, each(0, 3, 1));
    assertThat(workflow.commands())
        .singleElement()
        .satisfies(
            command -> {
              assertThat(items(command)).containsExactly("0", "1", "2");
              assertThat(command.dispatch().input()).isNull();
            });
    workflow.branchEvents();
    workflow.timers();

    workflow.reportBatch(0, 1, good("0"), bad(FATAL), bad(FLAKY));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            AttemptFailed.class,
            failed -> {
              assertThat(failed.failure())
                  .isEqualTo(new Failure("flaky", "2 of 3 items failed: broken", true));
              assertThat(failed.results())
                  .containsExactly(
                      good("0"), bad(new Failure("fatal", "broken", false)), bad(FLAKY));
            });
    assertThat(workflow.timers()).containsExactly(1_000L);
    workflow.after(1_000).fireTimer(0);
    List<Command> again = workflow.commands();
    assertThat(again)
        .singleElement()
        .satisfies(command -> assertThat(items(command)).containsExactly("2"));
    assertThat(again.getFirst().dispatch().attempt()).isEqualTo(2);

    workflow.reportBatch(0, 2, good("2"));
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":3,\"succeeded\":2,\"failed\":1,\"results\":[0,null,2]}");
  }

  @Test
  void itemsThatFailedWaitAsLongAsTheWorkerAsksFor() {
    WorkflowAndChunks workflow = over(3, each(0, 3, 1));
    workflow.commands();
    workflow.timers();

    workflow.reportBatchAfter(60_000, 0, 1, good("0"), good("1"), bad(FLAKY));

    assertThat(workflow.timers()).containsExactly(60_000L);
    workflow.after(59_999).fireTimer(0);
    assertThat(workflow.commands()).isEmpty();
    workflow.after(60_000).fireTimer(0);
    assertThat(workflow.commands())
        .singleElement()
        .satisfies(command -> assertThat(items(command)).containsExactly("2"));
  }

  @Test
  void itemsOfABatchThatMayNotBeTriedAgainFailOneByOne() {
    WorkflowAndChunks workflow = over(4, each(0, 4, 2));
    workflow.reportBatch(0, 1, bad(FLAKY), bad(FATAL), good("2"), bad(FLAKY));
    workflow.after(1_000).fireTimer(0);
    workflow.branchEvents();
    workflow.commands();

    workflow.reportBatch(0, 2, bad(FLAKY), good("3"));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.failure())
                  .isEqualTo(new Failure("flaky", "2 of 4 items failed: broken", false));
              assertThat(failed.results()).extracting(ItemResult::isToDo).containsOnly(false);
            });
    assertThat(workflow.chunk(0).failedItems()).isEqualTo(2);
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":4,\"succeeded\":2,\"failed\":2,\"results\":[null,null,2,3]}");
  }

  @Test
  void aBatchThatFailsAsAWholeIsSentAgainAsAWhole() {
    WorkflowAndChunks workflow = over(2, each(0, 2, 0));
    workflow.commands();
    workflow.fail(0, 1, FLAKY);
    workflow.after(1_000).fireTimer(0);

    assertThat(items(workflow.commands().getFirst())).containsExactly("0", "1");
    workflow.fail(0, 2, FLAKY);
    assertThat(whyItFailed(workflow))
        .isEqualTo(
            new Failure(
                Failure.ITEMS_FAILED,
                "2 of 2 items have failed, 0 may; the events of the branches say why",
                false));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "3"})
  void aBatchOfTwoWithAnotherNumberOfResultsFailsForGood(int results) {
    WorkflowAndChunks workflow = over(2, each(0, 2, 2));
    workflow.branchEvents();

    workflow.reportBatch(
        0, 1, IntStream.range(0, results).mapToObj(i -> good("0")).toArray(ItemResult[]::new));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.failure().type()).isEqualTo(Failure.RESULTS_MISMATCH);
              assertThat(failed.failure().message())
                  .contains(results + " results for a command of 2 items; report one for each");
            });
  }

  @Test
  void resultsOfABatchForABranchOfOneItemFailIt() {
    WorkflowAndChunks workflow = over(1, each(0, 1, 0));
    workflow.branchEvents();

    workflow.reportBatch(0, 1, good("0"));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed ->
                assertThat(failed.failure())
                    .isEqualTo(
                        new Failure(
                            Failure.RESULTS_MISMATCH,
                            "1 results for a command of 0 items; report one output",
                            false)));
  }

  @Test
  void anItemOfABatchWithAnOutputThatIsTooLargeFailsAlone() {
    WorkflowAndChunks workflow = over(2, each(0, 2, 1));
    workflow.branchEvents();

    workflow.reportBatch(0, 1, new ItemResult(LARGEST, null), new ItemResult(TOO_LARGE, null));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.failure().type()).isEqualTo(Failure.OUTPUT_TOO_LARGE);
              assertThat(failed.results().getFirst().output()).isEqualTo(LARGEST);
            });
  }
}
