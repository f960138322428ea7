package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.StepStatus;
import org.junit.jupiter.api.Test;

/** Branches that wait for their queue. */
class GateOfBranchesTest extends BranchesCase {
  @Test
  void branchesBeyondTheWindowWaitEachAtItsPlace() {
    WorkflowAndChunks workflow = over(5, each(0, 1, 0), 2);

    assertThat(branches(workflow.commands())).containsExactly(0, 1);
    assertThat(workflow.held()).containsExactly(2, 3, 4);
    workflow.succeed(0, 1, null);
    assertThat(workflow.commands()).isEmpty();
    workflow.release(3);
    assertThat(branches(workflow.commands())).containsExactly(3);
    assertThat(workflow.chunk(0).gatedSteps()).isEqualTo(2);
  }

  @Test
  void branchesThatWaitForTheirQueueKeepRoomAmongThoseThatMayBeOpen() {
    WorkflowAndChunks workflow = over(5, each(3, 1, 0), 2);
    assertThat(branches(workflow.commands())).containsExactly(0, 1);
    assertThat(workflow.held()).containsExactly(2);
    assertThat(workflow.chunk(0).stepStatus(3)).isEqualTo(StepStatus.WAITING);

    workflow.succeed(0, 1, null);

    assertThat(branches(workflow.commands())).as("there is room in the window").containsExactly(3);
    workflow.release(2);
    assertThat(branches(workflow.commands())).containsExactly(2);
    workflow.succeed(1, 1, null);
    assertThat(workflow.held()).containsExactly(4);
  }

  @Test
  void branchWhoseTurnComesInAPauseGoesOnAfterIt() {
    WorkflowAndChunks workflow = over(3, each(0, 1, 0), 1);
    workflow.commands();
    workflow.control(new Control.Pause());
    workflow.succeed(0, 1, null);
    workflow.release(1);
    assertThat(workflow.commands()).isEmpty();
    assertThat(workflow.chunk(0).isGated(1)).isFalse();

    workflow.control(new Control.Resume());
    workflow.fireTimer(0);

    assertThat(branches(workflow.commands())).containsExactly(1);
    workflow.succeed(1, 1, null);
    workflow.release(2);
    workflow.succeed(2, 1, null);
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);
  }

  @Test
  void retryOfABranchWaitsForTheQueueToo() {
    WorkflowAndChunks workflow = over(1, each(0, 1, 0), 1);
    workflow.commands();
    workflow.fail(0, 1, FLAKY);
    workflow.gate().setWindow(0);

    workflow.after(1_000).fireTimer(0);

    assertThat(workflow.commands()).isEmpty();
    assertThat(workflow.held()).containsExactly(0);
    workflow.release(0);
    assertThat(branches(workflow.commands())).containsExactly(0);
  }
}
