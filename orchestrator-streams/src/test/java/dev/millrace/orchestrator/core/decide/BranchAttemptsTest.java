package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attempts of branches: retries, times, failures. */
class BranchAttemptsTest extends BranchesCase {
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
