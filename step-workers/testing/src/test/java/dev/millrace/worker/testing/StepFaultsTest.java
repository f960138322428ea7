package dev.millrace.worker.testing;

import static dev.millrace.worker.testing.WorkflowAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class StepFaultsTest {
  private static final String DEFINITION =
      """
      name: payment
      version: 1
      retry: {maxAttempts: 3, initialInterval: 1s, jitter: 0}
      steps:
        - id: pay
          timeout: 10m
        - id: file
          dependsOn: [pay]
      """;

  private final List<String> commandIds = new ArrayList<>();
  private final Set<String> effects = new HashSet<>();

  @AutoClose
  final TestEngine engine =
      TestEngine.builder()
          .definition(DEFINITION)
          .worker(
              worker ->
                  worker
                      .handler(
                          "pay",
                          context -> {
                            commandIds.add(context.commandId());
                            effects.add(context.commandId());
                            return StepResult.succeeded(effects.size());
                          })
                      .handler("file", context -> StepResult.succeeded()))
          .build();

  @Test
  void attemptThatFailsIsTriedAgainWithoutItsHandlerHavingRun() {
    engine.faults("pay").onAttempt(1).fail("BankBusy", "try later");
    TestWorkflow payment = engine.start("payment").await();
    assertThat(payment)
        .succeeded()
        .hasAttempts("pay", 2)
        .hasHandlerCalls("pay", 1)
        .took(Duration.ofSeconds(1));
    assertThat(payment.failures("pay")).containsExactly(new Failure("BankBusy", "try later", true));
  }

  @Test
  void failureForGoodFailsTheWorkflow() {
    engine.faults("pay").failForGood("NoSuchAccount", "gone");
    assertThat(engine.start("payment").await())
        .failedWith("NoSuchAccount")
        .hasStep("pay", StepState.FAILED)
        .hasStep("file", StepState.NOT_STARTED)
        .hasAttempts("pay", 1);
  }

  @Test
  void errorOfAHandlerIsAFailureAndTheWorkerGoesOn() {
    engine.faults("pay").onAttempt(1).throwing(new StackOverflowError("too deep"));
    engine.faults("pay").onAttempt(2).throwing(new IllegalStateException("no connection"));
    TestWorkflow payment = engine.start("payment").await();
    assertThat(payment).succeeded().hasAttempts("pay", 3);
    assertThat(payment.failures("pay"))
        .extracting(Failure::getType)
        .containsExactly("StackOverflowError", "IllegalStateException");
  }

  @Test
  void commandOfADeadWorkerRunsAgainUnderTheSameIdLater() {
    engine.faults("pay").killWorker();
    TestWorkflow payment = engine.start("payment").await();
    assertThat(payment)
        .succeeded()
        .hasAttempts("pay", 1)
        .hasHandlerCalls("pay", 2)
        .stepReturned("pay", 1)
        .took(TestEngine.REDELIVERY);
    assertThat(commandIds).containsExactly("payment-1/pay/1", "payment-1/pay/1");
  }

  @Test
  void lostCompletionTimesTheAttemptOut() {
    engine.faults("pay").onAttempt(1).loseCompletion();
    TestWorkflow payment = engine.start("payment").await();
    assertThat(payment).succeeded().hasAttempts("pay", 2).hasHandlerCalls("pay", 2);
    assertThat(payment.failures("pay"))
        .extracting(Failure::getType)
        .containsExactly("millrace.timeout.start-to-close");
  }

  @Test
  void commandThatNoWorkerTakesTimesTheAttemptOut() {
    engine.faults("pay").onAttempt(1).leaveCommand();
    assertThat(engine.start("payment").await())
        .succeeded()
        .hasAttempts("pay", 2)
        .hasHandlerCalls("pay", 1)
        .took(Duration.ofMinutes(10).plusSeconds(1));
  }

  @Test
  void commandDeliveredTwiceRunsTwiceAndItsSecondCompletionChangesNothing() {
    engine.faults("pay").deliverTwice();
    assertThat(engine.start("payment").await())
        .succeeded()
        .completed("pay", "file")
        .hasAttempts("pay", 1)
        .hasHandlerCalls("pay", 2);
    assertThat(effects).hasSize(1);
  }

  @Test
  void completionDeliveredTwiceChangesNothing() {
    engine.faults("pay").completeTwice();
    assertThat(engine.start("payment").await())
        .succeeded()
        .completed("pay", "file")
        .hasHandlerCalls("pay", 1);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void lateCompletionIsWaitedForAndOneThatIsTooLateIsFenced() {
    engine.faults("pay").ofWorkflow("slow").completeLate(Duration.ofMinutes(9));
    engine.faults("pay").ofWorkflow("too-slow").onAttempt(1).completeLate(Duration.ofMinutes(11));

    assertThat(engine.start("slow", "payment", null).await())
        .succeeded()
        .took(Duration.ofMinutes(9));
    TestWorkflow tooSlow = engine.start("too-slow", "payment", null).await();
    engine.runUntilIdle();
    assertThat(tooSlow)
        .succeeded()
        .hasAttempts("pay", 2)
        .hasEvents(EventType.ATTEMPT_FAILED, EventType.STEP_SUCCEEDED)
        .took(Duration.ofMinutes(10).plusSeconds(1));
  }

  @Test
  void faultsBelongToTheirWorkflowAndAttempt() {
    engine.faults("pay").ofWorkflow("a").onAttempt(1).fail("A", "");
    TestWorkflow a = engine.start("a", "payment", null);
    TestWorkflow b = engine.start("b", "payment", null);
    engine.runUntilIdle();
    assertThat(a).succeeded().hasAttempts("pay", 2);
    assertThat(b).succeeded().hasAttempts("pay", 1);
  }
}
