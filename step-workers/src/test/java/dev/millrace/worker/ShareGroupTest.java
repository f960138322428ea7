package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What workers of a share group have of a queue, and what they refuse. */
final class ShareGroupTest extends ShareGroupCase {
  @Test
  void moreWorkersThanPartitionsAllWorkAtOnce() throws Exception {
    int count = 6;
    CountDownLatch allAtOnce = new CountDownLatch(count);
    try (Installation installation = new Installation(kafka.bootstrapServers(), 2)) {
      for (int i = 0; i < count; i++) {
        installation.send(i % 2, Commands.command("w" + i, "work"));
      }
      List<Worker> workers = new ArrayList<>();
      try {
        for (int i = 0; i < count; i++) {
          Worker worker =
              worker(installation)
                  .slots(1)
                  .handler(
                      "work",
                      context -> {
                        allAtOnce.countDown();
                        allAtOnce.await();
                        return StepResult.succeeded();
                      })
                  .build();
          workers.add(worker);
          worker.start();
        }

        await().untilAsserted(() -> assertThat(installation.completions()).hasSize(count));
        await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
        assertThat(installation.completedWorkflows()).doesNotHaveDuplicates();
      } finally {
        workers.forEach(Worker::close);
      }
    }
  }

  @Test
  void answersEveryCommandWithinItsSlotsAndLagGoesToZero() throws Exception {
    int count = 3_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger mostRunning = new AtomicInteger();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 4);
        Worker worker =
            worker(installation)
                .slots(20)
                .handler(
                    "work",
                    context -> {
                      mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                      LockSupport.parkNanos(50_000);
                      running.decrementAndGet();
                      return StepResult.succeeded();
                    })
                .build()) {
      for (int i = 0; i < count; i++) {
        installation.send(i % 4, Commands.command("w" + i, "work"));
      }
      worker.start();

      await()
          .untilAsserted(
              () -> assertThat(Set.copyOf(installation.completedWorkflows())).hasSize(count));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      assertThat(mostRunning.get()).isLessThanOrEqualTo(20);
    }
  }

  @Test
  void recordThatIsNoCommandGoesToDeadLettersAndTheOthersGoOn() throws Exception {
    byte[] poison = {9, 8, 7};
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            worker(installation).handler("work", context -> StepResult.succeeded()).build()) {
      installation.send(0, Commands.command("before", "work"));
      installation.sendBytes(0, "bad", poison);
      installation.send(0, Commands.command("after", "work"));
      installation.flush();
      worker.start();

      await()
          .untilAsserted(
              () ->
                  assertThat(installation.completedWorkflows())
                      .containsExactlyInAnyOrder("before", "after"));
      await().untilAsserted(() -> assertThat(installation.deadLetters()).hasSize(1));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      ConsumerRecord<byte[], byte[]> letter = installation.deadLetters().getFirst();
      assertThat(letter.key()).isEqualTo("bad".getBytes(StandardCharsets.UTF_8));
      assertThat(letter.value()).isEqualTo(poison);
    }
  }

  @Test
  void commandOfASchemaThatTheRegistryCannotGiveNowWaitsAndTheOthersGoOn() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    Runs runs = new Runs();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            worker(installation)
                .schemaRegistry(new Outage(installation.registry, isOver))
                .handler(
                    "work",
                    context -> {
                      runs.note(context);
                      return StepResult.succeeded();
                    })
                .build()) {
      installation.sendBytes(0, "new", Outage.reframed(installation, "new"));
      installation.send(0, Commands.command("known", "work"));
      installation.flush();
      worker.start();

      await()
          .untilAsserted(
              () -> assertThat(installation.completedWorkflows()).containsExactly("known"));
      assertThat(runs.of("new")).isZero();
      isOver.set(true);
      await()
          .untilAsserted(
              () ->
                  assertThat(installation.completedWorkflows())
                      .containsExactlyInAnyOrder("known", "new"));
      await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      assertThat(installation.deadLetters()).isEmpty();
    }
  }

  /** A registry that knows a second schema of commands, and cannot be asked for it at first. */
  private record Outage(SchemaRegistry known, AtomicBoolean isOver) implements SchemaRegistry {
    private static final int NEW_ID = 100;

    @Override
    public int register(String subject, Schema schema) {
      return known.register(subject, schema);
    }

    @Override
    public Schema schemaById(int id) {
      if (id != NEW_ID) {
        return known.schemaById(id);
      }
      if (!isOver.get()) {
        throw new RegistryUnavailableException("registry is down", null);
      }
      return StepCommand.getClassSchema();
    }

    static byte[] reframed(Installation installation, String workflowId) {
      byte[] framed =
          new AvroCodec<>(
                  StepCommand.class,
                  installation.topics.commands(Installation.QUEUE),
                  installation.registry)
              .encode(Commands.command(workflowId, "work"));
      framed[4] = NEW_ID;
      return framed;
    }
  }

  @Test
  void queueWithWorkersInAConsumerGroupIsRefused() throws Exception {
    StepHandler work = context -> StepResult.succeeded();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker consumer = installation.worker().handler("work", work).build();
        Worker member = worker(installation).handler("work", work).build()) {
      installation.send(0, Commands.command("w", "work"));
      consumer.start();
      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(1));

      assertThatThrownBy(member::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("queue 'quakes' has 1 workers in consumer group")
          .hasMessageContaining("stop them first");
    }
  }

  @Test
  void settingsOfConsumerGroupsAreRefused() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            worker(installation)
                .clientSetting("session.timeout.ms", "6000")
                .handler("work", context -> StepResult.succeeded())
                .build()) {
      assertThatThrownBy(worker::start)
          .hasStackTraceContaining("session.timeout.ms")
          .hasStackTraceContaining("share group");
    }
  }
}
