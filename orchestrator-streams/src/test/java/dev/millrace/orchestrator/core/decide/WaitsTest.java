package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that wait: each asks to be woken when its time has come. */
class WaitsTest {
  private static final long TEN_MINUTES_MS = Duration.ofMinutes(10).toMillis();

  static Stream<StepAction> waitsOfTenMinutes() {
    Instant end = Instant.ofEpochMilli(START_MS + TEN_MINUTES_MS);
    return Stream.of(new StepAction.Delay("10m"), new StepAction.Until(end.toString()));
  }

  @ParameterizedTest
  @MethodSource("waitsOfTenMinutes")
  void waitEndsAtItsTimeAndNotBefore(StepAction wait) {
    TestWorkflow workflow = new TestWorkflow(compiled(TestStep.of("wait").does(wait).build()));

    assertThat(effects(workflow.start())).contains(new ArmTimer(START_MS + TEN_MINUTES_MS));
    workflow.after(TEN_MINUTES_MS - 1).fireTimer();
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUSPENDED);

    assertThat(events(workflow.after(TEN_MINUTES_MS).fireTimer()))
        .contains(new StepSucceeded(0, 1, null));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void whatWaitsForASignalIsWokenAtItsTimeout() {
    TestStep signal =
        TestStep.of("signal")
            .does(new StepAction.AwaitSignal("approve", null, null))
            .timeouts(Timeouts.startToClose(Duration.ofMinutes(1)));
    TestWorkflow workflow = new TestWorkflow(compiled(signal.build()));

    assertThat(effects(workflow.start())).contains(new ArmTimer(START_MS + 60_000));
    workflow.after(60_000).fireTimer();
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }
}
