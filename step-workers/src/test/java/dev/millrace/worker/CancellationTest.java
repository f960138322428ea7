package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.v1.StepCompletion;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Handlers whose results are not waited for any more hear of it, and others do not. */
final class CancellationTest {
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.builder().start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void aHandlerOfACancelledAttemptIsInterruptedAndToldAndOthersGoOn() throws Exception {
    CountDownLatch bothRun = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            installation
                .worker()
                .handler(
                    "work",
                    context -> {
                      context.onCancel(told::incrementAndGet);
                      context.onCancel(
                          () -> {
                            throw new NoClassDefFoundError("of a handler");
                          });
                      bothRun.countDown();
                      release.await();
                      return StepResult.succeeded();
                    })
                .build()) {
      installation.send(0, Commands.command("cancelled", "work"));
      installation.send(0, Commands.command("other", "work"));
      worker.start();
      bothRun.await();

      await()
          .untilAsserted(
              () -> { // a worker reads from when it has begun, so it may not have heard the first
                installation.sendGarbageAsCancellation();
                installation.cancel("cancelled", "s", 1);
                installation.cancel("other", "another step", 1);
                assertThat(installation.completions()).isNotEmpty();
              });
      StepCompletion answer = installation.decode(installation.completions().getFirst());
      assertThat(answer.getFailure().getType()).isEqualTo(StepResult.CANCELLED);
      assertThat(installation.completedWorkflows()).isEqualTo(List.of("cancelled"));
      assertThat(told).hasValue(1);

      release.countDown();
      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(2));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(2));
    }
  }
}
