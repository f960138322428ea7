package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCompletion;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the engine counts and times, by a clock that is moved by hand. */
class MetersTest extends DrivenEngineCase {
  @Test
  void timesOfAStepAreTakenFromItsCommandItsHandlerAndItsCompletion() {
    engine.define(chain());
    engine.start("w", "chain");
    Instant began = engine.now();
    engine.advance(Duration.ofMillis(100));
    complete("a", began.plusMillis(30), began.plusMillis(90));
    engine.advance(Duration.ofMillis(50));
    untilOneIsSampled();
    complete("b", began.plusMillis(115), began.plusMillis(120));

    assertThat(total("millrace.step.time")).isEqualTo(150);
    assertThat(total("millrace.queue.time")).isEqualTo(30 + 15);
    // From the end of a's handler to the start of b's.
    assertThat(total("millrace.hop.time")).isEqualTo(115 - 90);
    assertThat(timer("millrace.hop.time").count()).isEqualTo(1);
    assertThat(total("millrace.workflow.time")).isEqualTo(150);
    assertThat(count("millrace.workflows.started")).isEqualTo(1);
    assertThat(count("millrace.steps.dispatched")).isEqualTo(2);
    assertThat(count("millrace.steps.succeeded")).isEqualTo(2);
    assertThat(timer("millrace.dependency.resolution").count()).isPositive();
  }

  @Test
  void workersOfAnotherClockCannotMakeTimesNegativeOrEndless() {
    engine.define(chain());
    engine.start("w", "chain");
    Instant began = engine.now();
    engine.advance(Duration.ofMillis(100));
    complete("a", began.minusSeconds(3_600), began.plusSeconds(86_400));
    engine.advance(Duration.ofMillis(50));
    untilOneIsSampled();
    complete("b", began.plusSeconds(86_400), Instant.ofEpochMilli(Long.MAX_VALUE));

    assertThat(total("millrace.step.time")).isEqualTo(150);
    assertThat(total("millrace.queue.time")).isEqualTo(50);
    assertThat(timer("millrace.hop.time").count()).isEqualTo(1);
    assertThat(total("millrace.hop.time")).isBetween(0.0, 50.0);
  }

  @Test
  void attemptsAreTimedOnThoughAMigrationMovesTheirSteps() {
    engine.define(chain());
    engine.start("w", "chain");
    engine.define(
        WorkflowDefinition.of(
            "chain",
            2,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(Definitions.step("x"), Definitions.step("a"), Definitions.step("b", "a"))));
    engine.advance(Duration.ofMillis(100));
    engine.migrate("w", 2, false);
    engine.advance(Duration.ofMillis(50));

    engine.succeed("w", "a", 1, null);

    assertThat(total("millrace.step.time")).as("since a was sent").isEqualTo(150);
    engine.succeed("w", "x", 1, null);
    assertThat(total("millrace.step.time")).as("and since x was").isEqualTo(150 + 50);
  }

  @Test
  void workerThatSaysNoTimesIsTimedByItsCompletionAlone() {
    engine.define(chain());
    engine.start("w", "chain");
    engine.advance(Duration.ofMillis(100));
    engine.succeed("w", "a", 1, null);

    assertThat(total("millrace.step.time")).isEqualTo(100);
    assertThat(timer("millrace.queue.time").count()).isZero();
  }

  @Test
  void retriesFailuresAndTimeoutsAreCounted() {
    engine.define(definition("timed", Definitions.guarded("a", Duration.ofSeconds(10))));
    engine.start("w", "timed");
    engine.fail("w", "a", 1);
    engine.advance(Duration.ofSeconds(2));
    engine.advance(Duration.ofSeconds(11));
    engine.advance(Duration.ofSeconds(5));
    engine.fail("w", "a", 3, "flaky");

    assertThat(count("millrace.steps.retried")).isEqualTo(2);
    assertThat(count("millrace.steps.failed")).isEqualTo(1);
    assertThat(engine.meters().get("millrace.failures").tag("code", "flaky").counter().count())
        .isEqualTo(2);
    assertThat(
            engine
                .meters()
                .get("millrace.timeouts")
                .tag("kind", "start-to-close")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(
            engine.meters().get("millrace.workflow.time").tag("status", "failed").timer().count())
        .isEqualTo(1);
  }

  @Test
  void attemptsThatWereOutBeforeARestartAreCountedAndNotTimed() {
    engine.define(chain());
    engine.start("w", "chain");
    engine.restart(chain());
    engine.succeed("w", "a", 1, null);

    assertThat(count("millrace.steps.succeeded")).isEqualTo(1);
    assertThat(timer("millrace.step.time").count()).isZero();
  }

  @Test
  void heartbeatsAreCounted() {
    engine.define(chain());
    engine.start("w", "chain");
    engine.heartbeat("w", "a", 1, DrivenEngine.payload(3));
    assertThat(count("millrace.heartbeats")).isEqualTo(1);
  }

  private static WorkflowDefinition chain() {
    return definition("chain", Definitions.step("a"), Definitions.step("b", "a"));
  }

  private static WorkflowDefinition definition(String name, StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  /** Of every eighth completion more is timed; the first was one, and heartbeats count. */
  private void untilOneIsSampled() {
    for (int i = 0; i < 7; i++) {
      engine.heartbeat("w", "b", 1, null);
    }
  }

  private void complete(String step, Instant startedAt, Instant endedAt) {
    engine.complete(
        "w",
        StepCompletion.newBuilder()
            .setStep(step)
            .setAttempt(1)
            .setStatus(CompletionStatus.SUCCEEDED)
            .setStartedAt(startedAt)
            .setEndedAt(endedAt)
            .build());
  }

  private double total(String name) {
    return timers(name).stream().mapToDouble(each -> each.totalTime(TimeUnit.MILLISECONDS)).sum();
  }

  private Timer timer(String name) {
    return timers(name).getFirst();
  }

  private List<Timer> timers(String name) {
    return List.copyOf(engine.meters().get(name).timers());
  }

  private double count(String name) {
    MeterRegistry registry = engine.meters();
    return registry.get(name).counters().stream().mapToDouble(each -> each.count()).sum();
  }
}
