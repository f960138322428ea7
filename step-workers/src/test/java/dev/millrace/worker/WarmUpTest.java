package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static WorkerBuilder worker() {
    return Worker.builder()
        .bootstrapServers("127.0.0.1:1")
        .schemaRegistry(new InMemoryRegistry())
        .queue("quakes")
        .name("w7")
        .handler("work", context -> StepResult.succeeded());
  }

  @Test
  void allIsWarmBeforeTheWorkerJoinsItsGroup() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            installation
                .worker()
                .handler(
                    "work",
                    context -> {
                      order.add("work");
                      return StepResult.succeeded();
                    })
                .warmUp(clients -> order.add("first"))
                .warmUp(
                    clients -> {
                      assertThat(admin.listGroups().all().get())
                          .extracting(GroupListing::groupId)
                          .doesNotContain(installation.topics.prefix() + "worker.quakes");
                      order.add("second");
                    })
                .build()) {
      installation.send(0, Commands.command("w", "work"));
      installation.flush();
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(1));
      assertThat(order).containsExactly("first", "second", "work");
    }
  }

  @Test
  void workerWhoseWarmUpFailsDoesNotStart() {
    try (Worker worker =
        worker()
            .warmUp(clients -> {})
            .warmUp(
                clients -> {
                  throw new IOException("no model");
                })
            .build()) {
      assertThatThrownBy(worker::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll(
              "warm-up 2 of 2", "worker w7", "does not start", "IOException: no model")
          .hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(worker::awaitTermination).hasMessage("the worker was not started");
    }
  }

  @Test
  void warmUpThatHangsIsInterruptedAndTheWorkerDoesNotStart() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Worker worker =
        worker()
            .warmUpTimeout(Duration.ofMillis(100))
            .warmUp(
                clients -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                })
            .build()) {
      assertThatThrownBy(worker::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("warm-up 1 of 1", "not done after PT0.1S", "warmUpTimeout");
    }
    interrupted.await();
  }

  @Test
  void workerThatIsClosedWhileAHookRunsGivesUpAndNobodyWaitsForTheHook() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    List<String> later = new CopyOnWriteArrayList<>();
    Worker worker =
        worker()
            .warmUp(
                clients -> {
                  began.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                })
            .warmUp(clients -> later.add("second"))
            .build();
    FutureTask<Boolean> start =
        new FutureTask<>(
            () -> {
              try {
                worker.start();
                return false;
              } finally {
                later.add(Thread.currentThread().isInterrupted() ? "interrupted" : "not");
              }
            });
    Thread.ofPlatform().start(start);
    began.await();

    assertThat(worker.isRunning()).isFalse();
    assertThatThrownBy(worker::start).hasMessageContaining("only once");
    worker.close();

    assertThatThrownBy(start::get)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("worker w7 was closed while it started");
    interrupted.await();
    assertThat(later).containsExactly("not");
    assertThatThrownBy(worker::awaitTermination).hasMessage("the worker was not started");
  }

  @Test
  void hookThatClosesItsWorkerIsTheLastOne() {
    AtomicReference<Worker> self = new AtomicReference<>();
    List<String> later = new CopyOnWriteArrayList<>();
    try (Worker worker =
        worker()
            .warmUp(clients -> self.get().close())
            .warmUp(clients -> later.add("second"))
            .build()) {
      self.set(worker);
      assertThatThrownBy(worker::start).hasMessage("worker w7 was closed while it started");
      assertThat(later).isEmpty();
    }
  }

  @Test
  void hooksAreGivenTheSettingsOfTheWorkersClients() {
    List<Map<String, Object>> settings = new CopyOnWriteArrayList<>();
    try (Worker worker =
        worker()
            .clientSetting("security.protocol", "SASL_SSL")
            .warmUp(
                clients -> {
                  settings.add(clients.consumer("model"));
                  settings.add(clients.producer("model"));
                  throw new IOException("that is all");
                })
            .build()) {
      assertThatThrownBy(worker::start).hasMessageContaining("that is all");
    }
    assertThat(settings)
        .hasSize(2)
        .allSatisfy(
            each ->
                assertThat(each)
                    .containsEntry("security.protocol", "SASL_SSL")
                    .containsEntry("bootstrap.servers", "127.0.0.1:1")
                    .containsEntry("client.id", "w7-model"));
    assertThat(settings.getFirst())
        .containsEntry("auto.offset.reset", "earliest")
        .doesNotContainKey("group.id");
  }

  @Test
  void timeoutOfNoTimeIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> worker().warmUpTimeout(Duration.ZERO));
  }
}
