package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.testing.JvmProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Workers whose source is a share group. Locks are longer than the machine may be busy, so that no
 * record comes twice, unless a test is about what comes after a lock.
 */
final class ShareGroupTest {
  private static final Duration LONG_LOCK = Duration.ofMinutes(1);
  private static final Duration LOCK = Duration.ofSeconds(3);

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka =
        EmbeddedKafka.builder()
            .setting("group.share.min.record.lock.duration.ms", "1000")
            .setting("group.share.record.lock.duration.ms", Long.toString(LONG_LOCK.toMillis()))
            .start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  private static final class Runs {
    private final Map<String, AtomicInteger> byCommand = new ConcurrentHashMap<>();

    void note(StepContext context) {
      byCommand.computeIfAbsent(context.workflowId(), id -> new AtomicInteger()).incrementAndGet();
    }

    int of(String workflowId) {
      AtomicInteger runs = byCommand.get(workflowId);
      return runs == null ? 0 : runs.get();
    }
  }

  private static WorkerBuilder worker(Installation installation) {
    return installation.worker().source(Source.shareGroup());
  }

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
