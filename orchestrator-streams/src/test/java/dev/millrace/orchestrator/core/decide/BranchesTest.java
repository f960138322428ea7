package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.FakeExpressions;
import dev.millrace.orchestrator.core.GivenItems;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.WorkflowAndChunks.Command;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchesTest {
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of("fatal"));
  private static final Failure FLAKY = new Failure("flaky", "broken", true);
  private static final Failure FATAL = new Failure("fatal", "broken", true);
  private static final Payload TOO_LARGE = new Payload("", new byte[1024 * 1024 + 1]);
  private static final Payload LARGEST = new Payload("", new byte[1024 * 1024]);

  private static TestStep each(int maxParallel, int batchSize, int tolerated) {
    return TestStep.of("each")
        .forEach(new ForEach("input", maxParallel, batchSize, tolerated, false))
        .retry(TWICE);
  }

  private static WorkflowAndChunks over(String input, TestStep each) {
    TestStep last =
        TestStep.of("last", "each")
            .does(new StepAction.Work("type", "queue", "\"${steps.each.output}\""));
    return new WorkflowAndChunks(compiled(each.build(), last.build()), input);
  }

  private static WorkflowAndChunks over(int items, TestStep each) {
    return over(
        IntStream.range(0, items)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]")),
        each);
  }

  private static ItemResult good(String output) {
    return new ItemResult(payload(output), null);
  }

  private static ItemResult bad(Failure failure) {
    return new ItemResult(null, failure);
  }

  private static String text(@Nullable Payload payload) {
    return payload == null ? "nothing" : new String(payload.data(), UTF_8);
  }

  private static List<Integer> branches(List<Command> commands) {
    return commands.stream().map(Command::branch).toList();
  }

  private static List<String> items(Command command) {
    return command.dispatch().items().stream().map(BranchesTest::text).toList();
  }

  private static Refusal refusal(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    return ((Decision.Refused) decision).reason();
  }

  /** What the step after the branches was handed. */
  private static String handedOn(WorkflowAndChunks workflow) {
    List<Command> sent = workflow.commands();
    assertThat(sent).extracting(Command::step).containsExactly("last");
    return text(sent.getFirst().dispatch().input());
  }

  private static Failure whyItFailed(WorkflowAndChunks workflow) {
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
    return workflow.events().stream()
        .filter(StepFailed.class::isInstance)
        .map(event -> ((StepFailed) event).failure())
        .findFirst()
        .orElseThrow();
  }

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
  void moreFailuresThanAreToleratedFailTheStepAtOnce() {
    WorkflowAndChunks workflow = over(4, each(0, 1, 1));
    workflow.fail(0, 1, FATAL);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.RUNNING);
    workflow.fail(1, 1, FATAL);

    assertThat(whyItFailed(workflow).type()).isEqualTo(Failure.ITEMS_FAILED);
    workflow.events();
    workflow.report(0, 3, true);
    assertThat(workflow.events()).isEmpty();
  }

  @Test
  void aShareInPercentIsOfAllItems() {
    WorkflowAndChunks workflow =
        over(5, TestStep.of("each").forEach(new ForEach("input", 0, 1, 40, true)).retry(TWICE));
    workflow.fail(0, 1, FATAL);
    workflow.fail(1, 1, FATAL);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.RUNNING);
    workflow.fail(2, 1, FATAL);

    assertThat(whyItFailed(workflow).message()).startsWith("3 of 5 items have failed, 2 may");
  }

  @Test
  void aBranchIsTriedAgainAfterItsTime() {
    WorkflowAndChunks workflow = over(2, each(0, 1, 0));
    workflow.commands();
    workflow.timers();
    workflow.fail(1, 1, FLAKY);
    assertThat(workflow.timers()).containsExactly(1_000L);
    workflow.after(999).fireTimer(0);
    assertThat(workflow.commands()).isEmpty();

    workflow.after(1_000).fireTimer(0);
    assertThat(workflow.commands())
        .singleElement()
        .satisfies(
            command -> {
              assertThat(command.branch()).isEqualTo(1);
              assertThat(command.dispatch().attempt()).isEqualTo(2);
            });
  }

  @Test
  void anAttemptOfABranchEndsInItsTime() {
    WorkflowAndChunks workflow = over(1, each(0, 1, 0).timeout(Duration.ofSeconds(5)));
    assertThat(workflow.commands().getFirst().dispatch().deadlineMs())
        .isEqualTo(TestWorkflow.START_MS + 5_000);
    assertThat(workflow.timers()).containsExactly(5_000L);
    workflow.after(5_000).fireTimer(0);
    workflow.after(6_000).fireTimer(0);
    assertThat(workflow.commands()).hasSize(1);
    workflow.after(11_000).fireTimer(0);

    assertThat(whyItFailed(workflow).type()).isEqualTo(Failure.ITEMS_FAILED);
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void aBranchHasNoAttemptAfterTheTimeForAllOfThem(int batchSize) {
    Timeouts overall =
        new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO);
    WorkflowAndChunks workflow = over(1, each(0, batchSize, 0).timeouts(overall));
    workflow.after(500).fail(0, 1, FLAKY);

    assertThat(whyItFailed(workflow).type()).isEqualTo(Failure.ITEMS_FAILED);
    assertThat(workflow.chunk(0).stepStatus(0)).isEqualTo(StepStatus.FAILED);
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void aBranchThatStartsAgainTooLateFailsForGood(int batchSize) {
    Timeouts overall =
        new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(2), Duration.ZERO);
    WorkflowAndChunks workflow = over(1, each(0, batchSize, 0).timeouts(overall));
    workflow.after(500).fail(0, 1, FLAKY);
    workflow.commands();
    workflow.branchEvents();
    workflow.after(2_000).fireTimer(0);

    assertThat(workflow.commands()).isEmpty();
    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed ->
                assertThat(failed.failure().type()).isEqualTo(Failure.SCHEDULE_TO_CLOSE_TIMEOUT));
  }

  @Test
  void aSignOfLifeOfABranchIsKeptAndPutsItsEndOff() {
    Timeouts limits =
        new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(3));
    WorkflowAndChunks workflow = over(2, each(0, 1, 0).timeouts(limits));
    workflow.branchEvents();
    workflow.after(500).heartbeat(0, 1, null);
    workflow.branchEvents();
    workflow.after(2_000).heartbeat(1, 1, payload("half"));

    assertThat(workflow.branchEvents())
        .singleElement()
        .isInstanceOfSatisfying(
            AttemptHeard.class,
            heard -> {
              assertThat(heard.step()).isEqualTo(1);
              assertThat(text(heard.progress())).isEqualTo("half");
            });
    workflow.after(4_000).fireTimer(0);
    assertThat(workflow.chunk(0).stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.chunk(0).stepStatus(1)).isEqualTo(StepStatus.OPEN);
    assertThat(refusal(workflow.heartbeat(2, 1, null))).isEqualTo(Refusal.UNKNOWN_BRANCH);
    assertThat(refusal(workflow.heartbeat(0, 1, null))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
  }

  @Test
  void branchesOfAPausedWorkflowAreHeldOnceAndGoOnWhenTheyAreLookedAtAfterIt() {
    WorkflowAndChunks workflow = over(3, each(1, 1, 0));
    workflow.commands();
    workflow.timers();
    workflow.control(new Control.Pause());
    workflow.branchEvents();
    workflow.succeed(0, 1, null);

    assertThat(workflow.commands()).isEmpty();
    assertThat(workflow.branchEvents())
        .filteredOn(StepHeld.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            StepHeld.class, held -> assertThat(held.reason()).isEqualTo(StepHeld.Reason.PAUSED));
    workflow.after(10_000).fireTimer(0);
    assertThat(workflow.branchEvents()).isEmpty();

    workflow.control(new Control.Resume());
    workflow.after(20_000).fireTimer(0);
    assertThat(branches(workflow.commands())).containsExactly(1);
  }

  @Test
  void aBrokenMappingFailsItsBranchAlone() {
    WorkflowAndChunks workflow =
        over(
            "[{\"n\":1},{}]",
            each(0, 1, 1).does(new StepAction.Work("type", "queue", "\"${item.n}\"")));

    assertThat(branches(workflow.commands())).containsExactly(0);
    assertThat(workflow.branchEvents())
        .filteredOn(StepFailed.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> assertThat(failed.failure().type()).isEqualTo(Failure.EXPRESSION));
    workflow.succeed(0, 1, payload("1"));
    assertThat(handedOn(workflow)).startsWith("{\"count\":2,\"succeeded\":1,\"failed\":1,");
  }

  private static WorkflowAndChunks overGiven(List<Payload> items) {
    return new WorkflowAndChunks(
        CompiledDefinition.compile(
            WorkflowDefinition.of(
                "order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(each(1, 1, 0).build())),
            new GivenItems(FakeExpressions.INSTANCE, items)),
        "[]");
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

  @Test
  void whatBranchesStillSayAfterTheEndChangesNothing() {
    WorkflowAndChunks workflow = over(2, each(0, 1, 0));
    workflow.control(new Control.Terminate("enough"));
    assertThat(workflow.events()).hasAtLeastOneElementOfType(WorkflowEnded.class);
    workflow.fail(0, 1, FATAL);

    assertThat(workflow.events()).isEmpty();
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.TERMINATED);
  }
}
