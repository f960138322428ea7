package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.input.Control;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attempts that are not waited for any more. */
class LeavingTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0, List.of());

  private static List<CancelAttempt> cancelled(Decision decision) {
    return effects(decision).stream()
        .filter(CancelAttempt.class::isInstance)
        .map(CancelAttempt.class::cast)
        .toList();
  }

  private static CancelAttempt attempt(int step, int attempt, String reason) {
    return new CancelAttempt(step, CancelAttempt.NO_BRANCH, attempt, reason);
  }

  @Test
  void theEndOfAWorkflowCancelsWhatIsOpen() {
    for (Control control : List.of(new Control.Cancel("enough"), new Control.Terminate("now"))) {
      TestWorkflow workflow =
          TestWorkflow.started(
              Definitions.of(TestStep.of("a"), TestStep.of("b"), TestStep.of("c", "b")));
      workflow.succeed("b", 1);

      assertThat(cancelled(workflow.control(control)))
          .containsExactly(
              attempt(0, 1, "workflow 'order-1' is ending"),
              attempt(2, 1, "workflow 'order-1' is ending"));
    }
  }

  @Test
  void anAttemptThatWouldHaveToBeUndoneIsWaitedFor() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").compensated(), TestStep.of("b")));

    assertThat(cancelled(workflow.control(new Control.Cancel("enough"))))
        .containsExactly(attempt(1, 1, "workflow 'order-1' is ending"));
    assertThat(cancelled(workflow.control(new Control.Terminate("now"))))
        .containsExactly(attempt(0, 1, "workflow 'order-1' is ending"));
  }

  @Test
  void anAttemptThatTimesOutIsCancelledThoughAnotherFollows() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").timeout(LIMIT).retry(TWICE)));

    assertThat(cancelled(workflow.after(LIMIT.toMillis()).fireTimer()))
        .containsExactly(attempt(0, 1, "its time is over"));
  }

  @Test
  void whoeverTakesAStepInHandCancelsItsAttempt() {
    for (Control control :
        List.of(new Control.SkipStep("a"), new Control.ResolveStep("a", Decisions.payload("1")))) {
      TestWorkflow workflow = TestWorkflow.started(Definitions.of(TestStep.of("a")));

      assertThat(cancelled(workflow.control(control)))
          .containsExactly(attempt(0, 1, "its workflow goes on without it, as somebody asked for"));
    }
  }

  @Test
  void whatReportsIsNotCancelled() {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(TestStep.of("a")));

    assertThat(cancelled(workflow.succeed("a", 1))).isEmpty();
  }
}
