package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.v1.Failure;
import dev.millrace.testing.JvmProcess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Commands that one worker of a share group leaves to another, and those that it does not. */
final class ShareGroupHandoverTest extends ShareGroupCase {
  private static final Duration LOCK = Duration.ofSeconds(3);

  @Test
  void handlerThatOutlastsItsLockRunsOnce() throws Exception {
    Runs runs = new Runs();
    StepHandler work =
        context -> {
          runs.note(context);
          if (context.workflowId().startsWith("slow")) {
            LockSupport.parkNanos(LOCK.multipliedBy(3).toNanos());
          }
          return StepResult.succeeded();
        };
    try (Installation installation = new Installation(kafka.bootstrapServers(), 2);
        Worker one = reader(installation, work);
        Worker other = reader(installation, work)) {
      installation.lockFor(LOCK);
      for (int i = 0; i < 40; i++) {
        installation.send(i % 2, Commands.command((i % 20 == 3 ? "slow" : "w") + i, "work"));
      }
      installation.flush();
      one.start();
      other.start();

      await()
          .untilAsserted(
              () -> assertThat(Set.copyOf(installation.completedWorkflows())).hasSize(40));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      assertThat(runs.of("slow3")).isEqualTo(1);
      assertThat(runs.of("slow23")).isEqualTo(1);
    }
  }

  /** A worker with one batch at a time, so that slow and fast commands are in the same. */
  private static Worker reader(Installation installation, StepHandler work) {
    return installation
        .worker()
        .source(Source.shareGroup(1))
        .slots(8)
        .handler("work", work)
        .build();
  }

  @Test
  void commandsOfAKilledWorkerRunInAnotherOne() throws Exception {
    Runs runs = new Runs();
    StepHandler note =
        context -> {
          runs.note(context);
          return StepResult.succeeded();
        };
    try (Installation installation = new Installation(kafka.bootstrapServers(), 2)) {
      installation.lockFor(LOCK);
      for (int i = 0; i < 20; i++) {
        installation.send(i % 2, Commands.command("w" + i, i == 7 ? "hang" : "work"));
      }
      installation.flush();
      try (JvmProcess killable =
          JvmProcess.start(
              KillableWorker.class,
              List.of(kafka.bootstrapServers(), installation.topics.prefix(), "share"))) {
        killable.awaitLine("HANGS w7/s/1");
        killable.kill();
      }
      try (Worker worker =
          worker(installation).handler("work", note).handler("hang", note).build()) {
        worker.start();
        await()
            .untilAsserted(
                () ->
                    assertThat(Set.copyOf(installation.completedWorkflows()))
                        .hasSize(20)
                        .contains("w7"));
        await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      }
      assertThat(runs.of("w7")).isEqualTo(1);
    }
  }

  @Test
  void workerThatStopsCalmlyLeavesNothingThatItRanToOthers() throws Exception {
    int count = 2_000;
    Runs byFirst = new Runs();
    Runs bySecond = new Runs();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 4);
        Worker first = worker(installation).slots(16).handler("work", briefly(byFirst)).build();
        Worker second = worker(installation).slots(16).handler("work", briefly(bySecond)).build()) {
      first.start();
      for (int i = 0; i < count; i++) {
        installation.send(i % 4, Commands.command("w" + i, "work"));
      }
      installation.flush();
      await().until(() -> installation.completions().size() > count / 10);
      first.close();
      second.start();

      await()
          .untilAsserted(
              () -> assertThat(Set.copyOf(installation.completedWorkflows())).hasSize(count));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      assertThat(bySecond.byCommand.keySet())
          .isNotEmpty()
          .doesNotContainAnyElementsOf(byFirst.byCommand.keySet());
    }
  }

  private static StepHandler briefly(Runs runs) {
    return context -> {
      runs.note(context);
      LockSupport.parkNanos(1_000_000);
      return StepResult.succeeded();
    };
  }

  @Test
  void commandThatOutlastsTheDrainRunsInAnotherWorker() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker stopped =
            reader(
                installation,
                context -> {
                  if (context.workflowId().equals("stuck")) {
                    begun.countDown();
                    never.await();
                  }
                  return StepResult.succeeded();
                });
        Worker other = reader(installation, context -> StepResult.succeeded())) {
      installation.send(0, Commands.command("quick", "work"));
      installation.send(0, Commands.command("stuck", "work"));
      installation.flush();
      stopped.start();
      begun.await();
      await().until(() -> installation.completedWorkflows().contains("quick"));
      stopped.close(Duration.ofMillis(200));
      other.start();

      await()
          .untilAsserted(
              () ->
                  assertThat(installation.completedWorkflows())
                      .containsExactlyInAnyOrder("quick", "stuck"));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
    } finally {
      never.countDown();
    }
  }

  @Test
  void commandsThatWaitForASlotOfTheirTypeAreGivenToOthersByAStop() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Runs runs = new Runs();
    StepHandler work =
        context -> {
          runs.note(context);
          begun.countDown();
          goOn.await();
          return StepResult.succeeded();
        };
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker stopped =
            worker(installation).slots(8).slots("work", 1).handler("work", work).build();
        Worker other = worker(installation).slots("work", 1).handler("work", work).build()) {
      for (int i = 0; i < 8; i++) {
        installation.send(0, Commands.command("w" + i, "work"));
      }
      installation.flush();
      stopped.start();
      begun.await();
      Thread closing = Thread.ofPlatform().start(stopped::close);
      other.start();
      await().until(() -> runs.byCommand.size() == 2);
      goOn.countDown();
      closing.join();

      await()
          .untilAsserted(
              () -> assertThat(Set.copyOf(installation.completedWorkflows())).hasSize(8));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
    }
  }

  @Test
  void commandThatOutlivesItsDeliveriesFailsInsteadOfBeingLost() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Runs runs = new Runs();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1)) {
      installation.limitDeliveries(3);
      installation.send(0, Commands.command("deadly", "work"));
      for (int delivery = 1; delivery <= 2; delivery++) {
        CountDownLatch begun = new CountDownLatch(1);
        try (Worker dying =
            reader(
                installation,
                context -> {
                  runs.note(context);
                  begun.countDown();
                  never.await();
                  return StepResult.succeeded();
                })) {
          dying.start();
          begun.await();
          dying.close(Duration.ZERO);
        }
      }
      try (Worker last =
          reader(
              installation,
              context -> {
                runs.note(context);
                return StepResult.succeeded();
              })) {
        last.start();

        await().untilAsserted(() -> assertThat(installation.completions()).hasSize(1));
        await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
        Failure failure = installation.decode(installation.completions().getFirst()).getFailure();
        assertThat(failure.getType()).isEqualTo(StepResult.DELIVERY_LIMIT);
        assertThat(failure.getRetryable()).isTrue();
        assertThat(failure.getMessage()).contains("delivered 3 times");
        assertThat(runs.of("deadly")).isEqualTo(2);
      }
    } finally {
      never.countDown();
    }
  }
}
