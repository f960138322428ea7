package dev.millrace.worker.testing;

import static dev.millrace.worker.testing.WorkflowAssert.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TimeTest {
  private static final String DEFINITION =
      """
      name: approval
      version: 1
      steps:
        - id: work
          timeout: 1h
          heartbeat: 1m
        - id: approve
          dependsOn: [work]
          signal: {name: approved}
          timeout: 30d
      """;

  private StepHandler work = context -> StepResult.succeeded();

  @AutoClose
  final TestEngine engine =
      TestEngine.builder()
          .definition(DEFINITION)
          .worker(worker -> worker.handler("work", context -> work.handle(context)))
          .build();

  @Test
  void thirtyDaysPassAtOnceWhenNothingElseIsToBeDone() {
    TestWorkflow approval = engine.start("approval").await();
    assertThat(approval).failedWith("millrace.timeout.signal").took(Duration.ofDays(30));
    assertThat(engine.clock().instant())
        .isEqualTo(TestEngine.DEFAULT_START.plus(Duration.ofDays(30)));
  }

  @Test
  void handlersMeasureTheTimeToTheirDeadlineByTheClockOfTheEngine() {
    List<Duration> left = new ArrayList<>();
    work =
        context -> {
          Instant deadline = context.deadline().orElseThrow();
          left.add(Duration.between(context.clock().instant(), deadline));
          engine.advance(Duration.ofMinutes(10));
          left.add(Duration.between(context.clock().instant(), deadline));
          return StepResult.succeeded();
        };
    engine.start("approval").awaitStep("approve", StepState.WAITING);
    assertThat(left).containsExactly(Duration.ofHours(1), Duration.ofMinutes(50));
  }

  @Test
  void signalEndsTheWait() {
    TestWorkflow approval = engine.start("approval").awaitStep("approve", StepState.WAITING);
    engine.advance(Duration.ofDays(3));
    assertThat(approval).hasState(WorkflowState.RUNNING);
    approval.signal("approved", "by ada").await();
    assertThat(approval).succeeded().stepReturned("approve", "by ada").took(Duration.ofDays(3));
  }

  @Test
  void timePassesWithinAHandlerAndItsWorkerGivesSignsOfLife() {
    List<Instant> times = new ArrayList<>();
    work =
        context -> {
          times.add(engine.clock().instant());
          engine.advance(Duration.ofMinutes(50));
          times.add(engine.clock().instant());
          return StepResult.succeeded();
        };
    TestWorkflow approval = engine.start("approval").awaitStep("approve", StepState.WAITING);
    assertThat(approval).hasAttempts("work", 1).hasStep("work", StepState.SUCCEEDED);
    assertThat(Duration.between(times.get(0), times.get(1))).isEqualTo(Duration.ofMinutes(50));
  }

  @Test
  void handlerIsToldWhenItsAttemptTimesOut() {
    List<Object> seen = new ArrayList<>();
    work =
        context -> {
          context.onCancel(() -> seen.add("told"));
          engine.advance(Duration.ofMinutes(61));
          seen.add(context.isCancelled());
          seen.add(Thread.currentThread().isInterrupted());
          return StepResult.succeeded();
        };
    assertThat(engine.start("approval").await()).failedWith("millrace.timeout.start-to-close");
    assertThat(seen).containsExactly("told", true, true);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void handlerIsToldWhenItsWorkflowIsCancelledWhileItRuns() {
    List<Boolean> cancelled = new ArrayList<>();
    work =
        context -> {
          cancelled.add(context.isCancelled());
          engine.workflow(context.workflowId()).cancel("enough");
          engine.runNow();
          cancelled.add(context.isCancelled());
          return StepResult.succeeded();
        };
    assertThat(engine.start("approval").await()).hasState(WorkflowState.CANCELLED);
    assertThat(cancelled).containsExactly(false, true);
  }

  @Test
  void progressOfAnAttemptThatDiedIsThereForTheNext() {
    try (TestEngine retrying =
        TestEngine.builder()
            .definition(DEFINITION.replace("heartbeat: 1m", "heartbeat: 1m\n    retry: {}"))
            .worker(worker -> worker.handler("work", this::workAndReport))
            .build()) {
      TestWorkflow approval = retrying.start("approval").awaitStep("approve", StepState.WAITING);
      assertThat(approval).hasAttempts("work", 2);
    }
    assertThat(progressOfAttempts).containsExactly("none", "[7]");
  }

  private final List<String> progressOfAttempts = new ArrayList<>();

  private StepResult workAndReport(StepContext context) {
    progressOfAttempts.add(
        context.lastHeartbeat().map(payload -> new String(payload.data(), UTF_8)).orElse("none"));
    context.heartbeat(new int[] {7});
    return context.attempt() == 1 ? StepResult.failed("Flaky", "") : StepResult.succeeded();
  }

  @Test
  void lateCompletionOfAStepWithAHeartbeatIsNotMissed() {
    engine.faults("work").completeLate(Duration.ofMinutes(30));
    TestWorkflow approval = engine.start("approval").awaitStep("approve", StepState.WAITING);
    assertThat(approval).hasAttempts("work", 1);
  }

  @Test
  void waitingForWhatNeverComesSaysSoWithTheEvents() {
    try (TestEngine patient =
        TestEngine.builder()
            .definition(DEFINITION.replace("    timeout: 30d", ""))
            .worker(worker -> worker.handler("work", context -> StepResult.succeeded()))
            .build()) {
      TestWorkflow approval = patient.start("approval");
      assertThatThrownBy(approval::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("workflow 'approval-1' has not ended, and nothing more happens")
          .hasMessageContaining("STEP_SUCCEEDED");
      patient.runUntilIdle();
      assertThat(approval).hasStep("approve", StepState.WAITING);
    }
  }

  @Test
  void handlerCannotWaitForOthers() {
    List<String> messages = new ArrayList<>();
    work =
        context -> {
          try {
            engine.runUntilIdle();
          } catch (IllegalStateException e) {
            messages.add(e.getMessage());
          }
          return StepResult.succeeded();
        };
    engine.start("approval").awaitStep("approve", StepState.WAITING);
    assertThat(messages).singleElement().asString().contains("use advance(Duration)");
  }

  @Test
  void schedulesStartWorkflowsAtTheirTimes() {
    engine.schedule(
        "nightly",
        WorkflowSchedule.newBuilder()
            .setAction(ScheduleAction.SET)
            .setSchedule(
                ScheduleSpec.newBuilder()
                    .setDefinition("approval")
                    .setCron("0 3 * * *")
                    .setOverlap(OverlapPolicy.ALLOW)
                    .build())
            .build());
    engine.advance(Duration.ofHours(28));
    assertThat(engine.ids())
        .containsExactlyInAnyOrder(
            "nightly", "nightly@20260101T030000Z", "nightly@20260102T030000Z");
    assertThat(engine.workflow("nightly@20260101T030000Z")).hasStep("approve", StepState.WAITING);
  }
}
