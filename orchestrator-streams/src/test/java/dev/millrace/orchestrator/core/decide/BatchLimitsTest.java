package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.FakeExpressions;
import dev.millrace.orchestrator.core.GivenItems;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much a command of several items may carry, and what comes back of it. */
class BatchLimitsTest extends BranchesCase {
  private static final int MIB = 1024 * 1024;

  @Test
  void aCommandCarriesFourMebibytesOfItems() {
    Payload half = new Payload("", new byte[2 * MIB]);
    WorkflowAndChunks workflow =
        new WorkflowAndChunks(
            CompiledDefinition.compile(
                WorkflowDefinition.of(
                    "order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(each(0, 2, 0).build())),
                new GivenItems(FakeExpressions.INSTANCE, List.of(half, half))),
            "[]");

    assertThat(workflow.commands())
        .singleElement()
        .satisfies(command -> assertThat(command.dispatch().items()).containsExactly(half, half));
  }

  @Test
  void itemsThatBecomeMoreThanACommandCarriesFailTheirBatch() {
    List<String> items = Collections.nCopies(9, '"' + "x".repeat(100_000) + '"');
    List<String> fivefold = Collections.nCopies(5, "\"${item}\"");
    WorkflowAndChunks workflow =
        over(
            items.toString(),
            each(0, 9, 9).does(new StepAction.Work("type", "queue", fivefold.toString())));

    assertThat(onlyFailure(workflow))
        .isEqualTo(
            new Failure(
                Failure.COMMAND_TOO_LARGE,
                "9 of 9 items failed: the items of a batch are more than 4194304 bytes together;"
                    + " send fewer at once, or references",
                false));
  }

  @Test
  void outputsOfABatchHaveFourMebibytesTogether() {
    WorkflowAndChunks workflow = over(4, each(0, 4, 1));
    workflow.branchEvents();
    ItemResult largest = new ItemResult(LARGEST, null);

    workflow.reportBatch(0, 1, largest, largest, largest, largest);

    List<Event> events = workflow.branchEvents();
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.results().subList(0, 3)).containsOnly(largest);
              Failure failure = Objects.requireNonNull(failed.results().getLast().failure());
              assertThat(failure.type()).isEqualTo(Failure.OUTPUT_TOO_LARGE);
              assertThat(failure.message())
                  .startsWith("output of 1048576 bytes, with 31457")
                  .endsWith(
                      "at most 4194304 together; send fewer items at once, or return references");
            });
  }

  @Test
  void outputsOfEarlierAttemptsOfABatchCountToo() {
    WorkflowAndChunks workflow = over(4, each(0, 4, 1));
    ItemResult largest = new ItemResult(LARGEST, null);
    workflow.reportBatch(0, 1, largest, largest, largest, bad(FLAKY));
    workflow.after(1_000).fireTimer(0);
    workflow.branchEvents();

    workflow.reportBatch(0, 2, largest);

    assertThat(onlyFailure(workflow).type()).isEqualTo(Failure.OUTPUT_TOO_LARGE);
  }

  @ParameterizedTest
  @CsvSource({"256, 256", "257, 256"})
  void messagesOfItemsAreCutAtTheirLimit(int chars, int kept) {
    WorkflowAndChunks workflow = over(2, each(0, 2, 0));
    workflow.branchEvents();

    workflow.reportBatch(0, 1, good("0"), bad(new Failure("flaky", "x".repeat(chars), true)));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            AttemptFailed.class,
            failed ->
                assertThat(failed.results())
                    .containsExactly(good("0"), bad(new Failure("flaky", "x".repeat(kept), true))));
  }

  @Test
  void reportThatNamesNoBranchOfAStepThatHasSomeIsRefused() {
    TestWorkflow workflow = new TestWorkflow(compiled(each(0, 1, 0).build()));
    workflow.start(payload("[1,2]"), "acme", 0);

    assertThat(workflow.succeed("each", 1))
        .isEqualTo(
            new Decision.Refused(
                Refusal.UNKNOWN_BRANCH,
                "step 'each' runs for each item of a list; copy branch from the command"));
  }

  private static Failure onlyFailure(WorkflowAndChunks workflow) {
    List<Failure> failures =
        workflow.branchEvents().stream()
            .filter(StepFailed.class::isInstance)
            .map(event -> ((StepFailed) event).failure())
            .toList();
    assertThat(failures).hasSize(1);
    return failures.getFirst();
  }
}
