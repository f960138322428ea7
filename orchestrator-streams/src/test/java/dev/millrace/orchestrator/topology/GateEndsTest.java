package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueEnds;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCompletion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted as the end of an attempt of a queue. */
class GateEndsTest extends DrivenEngineCase {
  private static WorkflowDefinition wide(int version, StepDefinition... others) {
    StepDefinition[] steps = new StepDefinition[20 + others.length];
    for (int i = 0; i < 20; i++) {
      steps[i] = Definitions.step("s" + i);
    }
    System.arraycopy(others, 0, steps, 20, others.length);
    return WorkflowDefinition.of("wide", version, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private QueueEnds ends() {
    return engine.report.ends("queue");
  }

  @Test
  void migrationEndsNoAttemptThatGoesOn() {
    engine.define(wide(1));
    engine.start("w", "wide");
    engine.define(wide(2, Definitions.step("last", "s0")));

    engine.migrate("w", 2, false);

    assertThat(ends().ended()).isZero();
    engine.succeed("w", "s0", 1, null);
    assertThat(ends().ended()).isEqualTo(1);
  }

  @Test
  void rerunEndsOnlyTheAttemptsThatItGivesUp() {
    engine.define(wide(1, Definitions.step("b", "s0"), Definitions.step("c", "s0")));
    engine.start("w", "wide");
    engine.succeed("w", "s0", 1, null);
    assertThat(ends().ended()).isEqualTo(1);

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("s0"));

    assertThat(ends().ended()).as("b and c are given up").isEqualTo(3);
  }

  @Test
  void cancelEndsEachOpenAttemptOnce() {
    engine.windows.windows.put("queue", 7);
    engine.define(wide(1));
    engine.start("w", "wide");

    engine.cancel("w", "enough");

    assertThat(ends().ended()).isEqualTo(7);
    assertThat(ends().reported()).isZero();
  }

  @Test
  void workflowThatEndsBeforeItsCompensationsEndsWhatIsOpenOnce() {
    engine.define(
        WorkflowDefinition.of(
            "wide",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("a").compensated().build(),
                Definitions.step("b", "a"),
                Definitions.step("c", "a"))));
    engine.start("w", "wide");
    engine.succeed("w", "a", 1, null);

    engine.fail("w", "b", 1, "broken");

    assertThat(engine.attempts()).contains("compensate:a/1");
    assertThat(ends().ended()).as("a, b, and c, which is given up").isEqualTo(3);
    engine.succeed("w", "compensate:a", 1, null);
    assertThat(ends().ended()).isEqualTo(4);
  }

  @Test
  void runOfAHandlerIsBookedOnTheQueueOfItsStepAlone() {
    engine.queues.add("other");
    engine.define(
        WorkflowDefinition.of(
            "two",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                Definitions.step("a"),
                TestStep.of("b").does(new StepAction.Work("type", "other", null)).build())));
    engine.start("w", "two");

    engine.complete("w", ran("a", 250, CompletionStatus.FAILED));

    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_FAILED);
    assertThat(ends())
        .extracting(QueueEnds::ended, QueueEnds::reported, QueueEnds::runMs)
        .containsExactly(1L, 1L, 250L);
    assertThat(engine.report.ends("other"))
        .extracting(QueueEnds::ended, QueueEnds::reported, QueueEnds::runMs)
        .containsExactly(1L, 0L, 0L);
  }

  @Test
  void runOfAHandlerIsNotThatOfAStepWhichItsCompletionLetsGo() {
    engine.windows.windows.put("queue", 1);
    engine.queues.add("other");
    engine.define(
        WorkflowDefinition.of(
            "one", 1, Duration.ZERO, RetryPolicy.NONE, List.of(Definitions.step("a"))));
    engine.start("w", "one");
    String[] sources = {"s0", "s1", "s2", "s3", "s4"};
    List<StepDefinition> steps = new ArrayList<>();
    for (String source : sources) {
      steps.add(TestStep.of(source).does(new StepAction.Work("type", "other", null)).build());
    }
    steps.add(Definitions.step("join", sources));
    engine.define(WorkflowDefinition.of("large", 1, Duration.ZERO, RetryPolicy.NONE, steps));
    engine.start("large", "large");
    for (String source : sources) {
      engine.succeed("large", source, 1, DrivenEngine.payload(Limits.PAYLOAD_BYTES));
    }

    engine.complete("w", ran("a", 250, CompletionStatus.SUCCEEDED));

    assertThat(engine.eventTypes()).contains(EventType.WORKFLOW_FAILED);
    assertThat(ends())
        .extracting(QueueEnds::ended, QueueEnds::reported, QueueEnds::runMs)
        .containsExactly(2L, 1L, 250L);
  }

  private StepCompletion ran(String step, long runMs, CompletionStatus status) {
    boolean isFailed = status == CompletionStatus.FAILED;
    return StepCompletion.newBuilder()
        .setStep(step)
        .setAttempt(1)
        .setStatus(status)
        .setFailure(isFailed ? new Failure("broken", "for good", false) : null)
        .setStartedAt(engine.now())
        .setEndedAt(engine.now().plusMillis(runMs))
        .build();
  }
}
