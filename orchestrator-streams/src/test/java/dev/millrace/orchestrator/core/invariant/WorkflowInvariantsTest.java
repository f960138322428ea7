package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkflowInvariantsTest {
  private static final Failure FAILURE = new Failure("fatal", "no", false);
  private static final CompiledDefinition DEFINITION =
      Definitions.of(guarded("a", Duration.ofSeconds(1)), step("b", "a"));

  private final PackedWorkflow workflow = PackedWorkflow.absent();

  @BeforeEach
  void begin() {
    workflow.begin(DEFINITION.plan(), null, "", 5, 0, 1_000);
    workflow.incrementSequence();
  }

  @Test
  void nothingIsWrongWithAFreshAndAStartedWorkflow() {
    assertThat(check(PackedWorkflow.absent())).isEmpty();
    workflow.open(0, 1, 2_000);
    assertThat(check(workflow)).isEmpty();
    assertThat(WorkflowInvariants.countsFit(workflow)).isTrue();
  }

  @Test
  void workflowOfAnotherDefinitionIsNoticed() {
    assertThat(WorkflowInvariants.check(Definitions.of(step("a")), workflow))
        .containsExactly("2 steps, but its definition has 1");
  }

  @Test
  void readyStepThatIsNotDispatchedIsNoticed() {
    assertThat(check(workflow))
        .containsExactly(
            "step 'a' is WAITING: waits for 0 of 0 unfinished dependencies",
            "RUNNING, but no step is open or backing off: nothing would ever happen");
  }

  @Test
  void dependencyCountThatIsOffIsNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.setJoin(1, 0);

    assertThat(check(workflow))
        .containsExactly("step 'b' is WAITING: waits for 0 of 1 unfinished dependencies");
  }

  @Test
  void stepThatWasDispatchedTooSoonIsNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.open(1, 1, 0);

    assertThat(check(workflow))
        .containsExactly("step 'b' is OPEN: 1 of its dependencies are unfinished");
  }

  @Test
  void attemptsOutOfRangeAreNoticed() {
    workflow.open(0, 4, 2_000);
    assertThat(check(workflow)).containsExactly("step 'a' is OPEN: attempt 4 of at most 3");
    workflow.open(0, 0, 2_000);
    assertThat(check(workflow)).contains("step 'a' is OPEN: attempt 0 of at most 3");
    workflow.open(0, 3, 2_000);
    workflow.backOff(0, 3_000);
    assertThat(check(workflow)).contains("step 'a' is BACKING_OFF: attempt 3 of at most 3");
  }

  @Test
  void missingAndSuperfluousDeadlinesAreNoticed() {
    workflow.open(0, 1, 0);
    assertThat(check(workflow)).containsExactly("step 'a' is OPEN: its deadline is 0");
    workflow.backOff(0, 0);
    assertThat(check(workflow)).containsExactly("step 'a' is BACKING_OFF: its deadline is 0");
    workflow.open(0, 2, 2_000);
    workflow.succeed(0, 1, null, false);
    workflow.setJoin(1, 0);
    workflow.open(1, 1, 7_000);
    assertThat(check(workflow)).contains("step 'b' is OPEN: its deadline is 7000");
  }

  @Test
  void failedStepOfARunningWorkflowIsNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.fail(0);

    assertThat(check(workflow)).contains("step 'a' is FAILED: the workflow must have ended");
  }

  @Test
  void countsThatDoNotFitTheTableAreNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.open(0, 1, 2_000);

    assertThat(check(workflow)).containsExactly("open steps: counted 1, stored 2");
  }

  @Test
  void countsThatDoNotFitTheStatusAreNoticed() {
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.SUCCEEDED, 1))).isFalse();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.SUCCEEDED, 2))).isTrue();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.FAILED, 2))).isFalse();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.CANCELLED, 1))).isTrue();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.TIMED_OUT, 3))).isFalse();
    assertThat(check(ended(WorkflowStatus.SUCCEEDED, 1)))
        .containsExactly("SUCCEEDED with 1 of 2 steps succeeded, 0 open, next sequence 1");
  }

  @Test
  void negativeCountsAreNoticed() {
    workflow.backOff(0, 2_000);

    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
  }

  @Test
  void eventsThatWereNotCountedAreNoticed() {
    PackedWorkflow absent = PackedWorkflow.absent();
    absent.incrementSequence();
    assertThat(WorkflowInvariants.countsFit(absent)).isFalse();
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, false);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
  }

  private static PackedWorkflow ended(WorkflowStatus status, int succeeded) {
    PackedWorkflow ended = PackedWorkflow.absent();
    ended.begin(DEFINITION.plan(), null, "", 5, 0, 1_000);
    ended.incrementSequence();
    for (int i = 0; i < succeeded; i++) {
      ended.open(i % 2, 1, 0);
      ended.succeed(i % 2, 1, null, false);
    }
    ended.end(
        new Outcome(status, status == WorkflowStatus.SUCCEEDED ? null : FAILURE), null, 2_000);
    return ended;
  }

  private static List<String> check(PackedWorkflow workflow) {
    return WorkflowInvariants.check(DEFINITION, workflow);
  }
}
