package dev.millrace.orchestrator.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.junit.jupiter.api.Test;

class WorkflowEndedTest {
  private static final Failure FAILURE = new Failure("flaky", "no", false);

  @Test
  void endIsOneOfTheEnds() {
    assertThatThrownBy(() -> new WorkflowEnded(WorkflowStatus.RUNNING, FAILURE))
        .hasMessageContaining("cannot end RUNNING");
    assertThatThrownBy(() -> new WorkflowEnded(WorkflowStatus.ABSENT, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyEndButSuccessHasAFailure() {
    assertThat(new WorkflowEnded(WorkflowStatus.SUCCEEDED, null).outcome().failure()).isNull();
    assertThatThrownBy(() -> new WorkflowEnded(WorkflowStatus.SUCCEEDED, FAILURE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new WorkflowEnded(WorkflowStatus.FAILED, null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
