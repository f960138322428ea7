package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.WorkflowAndChunks.Command;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which branches run, and what comes of them. */
class BranchesTest extends BranchesCase {
  @Test
  void eachItemIsSentWithItsIndexAndTheResultsAreHandedOnInTheirOrder() {
    WorkflowAndChunks workflow =
        over(
            "[\"a\",\"b\",\"c\"]",
            each(0, 1, 0)
                .does(
                    new StepAction.Work(
                        "type", "queue", "{\"it\": \"${item}\", \"at\": \"${index}\"}")));

    List<Command> sent = workflow.commands();
    assertThat(branches(sent)).containsExactly(0, 1, 2);
    assertThat(sent)
        .extracting(command -> text(command.dispatch().input()))
        .containsExactly(
            "{\"it\":\"a\",\"at\":0}", "{\"it\":\"b\",\"at\":1}", "{\"it\":\"c\",\"at\":2}");
    assertThat(sent)
        .extracting(Command::dispatch)
        .allMatch(DispatchStep::isMapped)
        .allMatch(dispatch -> dispatch.attempt() == 1 && dispatch.items().isEmpty());

    workflow.succeed(2, 1, payload("2"));
    workflow.succeed(0, 1, payload("0"));
    assertThat(workflow.commands()).isEmpty();
    workflow.succeed(1, 1, payload("1"));
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":3,\"succeeded\":3,\"failed\":0,\"results\":[0,1,2]}");
  }

  @Test
  void withoutMappingACommandCarriesTheItemItself() {
    WorkflowAndChunks workflow = over("[\"a\",{\"b\":1}]", each(0, 1, 0));

    assertThat(workflow.commands())
        .extracting(command -> text(command.dispatch().input()))
        .containsExactly("\"a\"", "{\"b\":1}");
  }

  @Test
  void anEmptyListIsDoneAtOnce() {
    WorkflowAndChunks workflow = over("[]", each(0, 1, 0));

    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":0,\"succeeded\":0,\"failed\":0,\"results\":[]}");
  }

  @Test
  void aResultThatNobodyReadsIsAFewNumbers() {
    WorkflowAndChunks workflow = new WorkflowAndChunks(compiled(each(0, 1, 0).build()), "[1,2]");
    workflow.succeed(0, 1, payload("0"));
    workflow.events();
    workflow.succeed(1, 1, payload("1"));

    assertThat(workflow.events())
        .filteredOn(StepSucceeded.class::isInstance)
        .singleElement()
        .satisfies(
            event ->
                assertThat(text(((StepSucceeded) event).output()))
                    .isEqualTo("{\"count\":2,\"succeeded\":2,\"failed\":0,\"pages\":1}"));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void onlySoManyBranchesAreUnderWayAtOnce() {
    WorkflowAndChunks workflow = over(4, each(2, 1, 1));

    assertThat(branches(workflow.commands())).containsExactly(0, 1);
    workflow.succeed(1, 1, payload("1"));
    assertThat(branches(workflow.commands())).containsExactly(2);
    workflow.fail(0, 1, FATAL);
    assertThat(branches(workflow.commands())).containsExactly(3);
    workflow.succeed(3, 1, payload("3"));
    assertThat(workflow.commands()).isEmpty();
    workflow.succeed(2, 1, payload("2"));
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":4,\"succeeded\":3,\"failed\":1,\"results\":[null,1,2,3]}");
  }

  @Test
  void aLongListRunsChunkByChunkAndItsBranchesAndItemsAreNumberedThrough() {
    WorkflowAndChunks workflow =
        over(4_001, each(1_000, 2, 0).does(new StepAction.Work("type", "queue", "\"${index}\"")));
    List<Command> first = workflow.commands();
    assertThat(branches(first)).hasSize(1_000).startsWith(0, 1).endsWith(999);
    assertThat(items(first.getLast())).containsExactly("1998", "1999");

    for (int branch = 0; branch < 1_000; branch++) {
      workflow.reportBatch(branch, 1, good("0"), good("0"));
    }
    List<Command> second = workflow.commands();
    assertThat(branches(second)).hasSize(1_000).startsWith(1_000).endsWith(1_999);
    assertThat(items(second.getFirst())).containsExactly("2000", "2001");

    for (int branch = 1_000; branch < 2_000; branch++) {
      workflow.reportBatch(branch, 1, good("0"), good("0"));
    }
    List<Command> third = workflow.commands();
    assertThat(branches(third)).containsExactly(2_000);
    assertThat(items(third.getFirst())).containsExactly("4000");
    workflow.reportBatch(2_000, 1, good("0"));
    assertThat(handedOn(workflow)).startsWith("{\"count\":4001,\"succeeded\":4001,\"failed\":0,");
  }

  @Test
  void chunksAreOpenTogetherAsFarAsThereIsRoom() {
    WorkflowAndChunks workflow = over(3_500, each(2_000, 1, 0));

    assertThat(branches(workflow.commands())).hasSize(2_000);
    for (int branch = 1_000; branch < 2_000; branch++) {
      workflow.succeed(branch, 1, null);
    }
    assertThat(branches(workflow.commands())).hasSize(1_000).startsWith(2_000);
  }

  @Test
  void anOutputMayBeAMebibyteAndNoMore() {
    WorkflowAndChunks workflow = over(2, each(0, 1, 1));
    workflow.succeed(0, 1, LARGEST);
    workflow.branchEvents();
    workflow.succeed(1, 1, TOO_LARGE);

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> assertThat(failed.failure().type()).isEqualTo(Failure.OUTPUT_TOO_LARGE));
    assertThat(workflow.chunk(0).failedItems()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"-1, 1, UNKNOWN_BRANCH", "2, 1, UNKNOWN_BRANCH", "0, 2, ATTEMPT_NOT_OPEN"})
  void whatIsNotUnderWayCannotBeReported(int branch, int attempt, Refusal why) {
    WorkflowAndChunks workflow = over(2, each(0, 1, 0));

    assertThat(refusal(workflow.succeed(branch, attempt, null))).isEqualTo(why);
  }

  @Test
  void aBranchIsReportedOnce() {
    WorkflowAndChunks workflow = over(2, each(0, 1, 0));
    workflow.succeed(0, 1, null);

    assertThat(refusal(workflow.succeed(0, 1, null))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
  }

  @Test
  void aChunkBeginsOnce() {
    WorkflowAndChunks workflow = over(2, each(0, 1, 0));

    assertThat(refusal(workflow.openAgain(0))).isEqualTo(Refusal.ALREADY_STARTED);
  }

  @Test
  void whatIsKnownOfAChunkChangesNothingWhenItIsSaidAgain() {
    WorkflowAndChunks workflow = over(3, each(0, 1, 2));
    workflow.fail(0, 1, FATAL);
    workflow.events();

    workflow.report(0, 1, false);
    assertThat(workflow.events()).isEmpty();
    workflow.report(7, 1, true);
    assertThat(workflow.events()).isEmpty();
    workflow.report(0, 2, false);
    assertThat(workflow.events()).hasSize(1);
  }

  @Test
  void aWorkflowIsToldOfFailuresAndOfTheEndAndOfNothingElse() {
    WorkflowAndChunks workflow = over(4, each(0, 1, 3));
    workflow.events();

    workflow.succeed(0, 1, null);
    assertThat(workflow.events()).isEmpty();
    workflow.fail(1, 1, FATAL);
    assertThat(workflow.events()).hasSize(1);
    workflow.succeed(2, 1, null);
    assertThat(workflow.events()).isEmpty();
    workflow.succeed(3, 1, null);
    assertThat(workflow.events()).isNotEmpty();
  }

  @Test
  void aListMayHaveAHundredThousandItemsAndNoMore() {
    Payload item = payload("1");
    assertThat(overGiven(Collections.nCopies(100_000, item)).state().status())
        .isEqualTo(WorkflowStatus.RUNNING);

    assertThat(whyItFailed(overGiven(Collections.nCopies(100_001, item))))
        .isEqualTo(
            new Failure(
                Failure.TOO_MANY_ITEMS,
                "a list of 100001 items, at most 100000 are allowed; share them out among workflows"
                    + " of their own",
                false));
  }

  @Test
  void aListMayHaveFourMebibytesAndNoMore() {
    Payload half = new Payload("", new byte[2 * 1024 * 1024]);
    assertThat(overGiven(List.of(half, half)).state().status()).isEqualTo(WorkflowStatus.RUNNING);

    assertThat(whyItFailed(overGiven(List.of(half, half, payload("1")))).message())
        .startsWith("items of 4194305 bytes together, at most 4194304 are allowed");
  }
}
