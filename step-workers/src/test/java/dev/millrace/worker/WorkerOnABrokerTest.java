package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.testing.JvmProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerOnABrokerTest {
  /** A session in which no worker of a machine that stands still is taken for dead. */
  private static final Duration NEVER_DEAD = Duration.ofMinutes(10);

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    String session = Long.toString(NEVER_DEAD.toMillis());
    kafka =
        EmbeddedKafka.builder()
            .setting("group.consumer.max.session.timeout.ms", session)
            .setting("group.consumer.session.timeout.ms", session)
            .start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  record Item(String id, int size) {}

  @Test
  void answersEveryCommandOfAllPartitionsOnceWithSlotsFull() throws Exception {
    int count = 4_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger mostRunning = new AtomicInteger();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 4);
        Worker worker =
            installation
                .worker()
                .slots(8)
                .handler(
                    "work",
                    Item.class,
                    (item, context) -> {
                      mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                      LockSupport.parkNanos(50_000);
                      running.decrementAndGet();
                      return StepResult.succeeded(Map.of("double", item.size() * 2));
                    })
                .build()) {
      for (int i = 0; i < count; i++) {
        installation.send(i % 4, Commands.command("w" + i, "work"));
      }
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(count));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(count));
      assertThat(installation.completedWorkflows()).hasSize(count).doesNotHaveDuplicates();
      assertThat(mostRunning.get()).isLessThanOrEqualTo(8);
      StepCompletion completion = installation.decode(installation.completions().getFirst());
      assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
      assertThat(StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString())
          .isEqualTo("{\"double\":6}");
      assertThat(completion.getEndedAt()).isAfterOrEqualTo(completion.getStartedAt());
      assertThat(completion.getWorker()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyProfileAnswersMoreCommandsThanItHasSlotsAndMayRunAhead(Profile profile)
      throws Exception {
    int count = 2 * profile.slots() + profile.runAhead();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 2);
        Worker worker =
            installation
                .worker()
                .profile(profile)
                .handler("work", context -> StepResult.succeeded(context.step()))
                .build()) {
      for (int i = 0; i < count; i++) {
        installation.send(i % 2, Commands.command("w" + i, "work"));
      }
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(count));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(count));
      assertThat(installation.completedWorkflows()).doesNotHaveDuplicates();
    }
  }

  @Test
  void slowStepHoldsBackOnlyTheCommit() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            installation
                .worker()
                .slots(2)
                .handler(
                    "slow",
                    context -> {
                      release.await();
                      return StepResult.succeeded();
                    })
                .handler("work", context -> StepResult.succeeded())
                .build()) {
      for (int i = 0; i < 500; i++) {
        installation.send(0, Commands.command("w" + i, i == 100 ? "slow" : "work"));
      }
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(499));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(100));
      release.countDown();
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(500));
      assertThat(installation.completedWorkflows()).hasSize(500).contains("w100");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void calmRebalancesRunNoCommandTwice(String protocol) throws Exception {
    int count = 6_000;
    Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    Set<String> workers = ConcurrentHashMap.newKeySet();
    AtomicInteger extra = new AtomicInteger();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 4)) {
      List<Worker> all = new ArrayList<>();
      for (String name : List.of("a", "b")) {
        WorkerBuilder builder =
            installation
                .worker()
                .name(name)
                .drainTimeout(NEVER_DEAD)
                .handler(
                    "work",
                    context -> {
                      runs.computeIfAbsent(context.commandId(), id -> new AtomicInteger())
                          .incrementAndGet();
                      workers.add(name);
                      LockSupport.parkNanos(50_000);
                      return StepResult.succeeded();
                    });
        if (protocol.equals("classic")) {
          builder.clientSetting("session.timeout.ms", Long.toString(NEVER_DEAD.toMillis()));
        }
        all.add(builder.clientSetting("group.protocol", protocol).build());
      }
      try {
        all.getFirst().start();
        for (int i = 0; i < count; i++) {
          installation.send(i % 4, Commands.command("w" + i, "work"));
          if (i == count / 3) {
            all.getLast().start();
            await()
                .until(
                    () -> {
                      // The second worker gets something only while something comes.
                      for (int p = 0; p < 4; p++) {
                        String id = "extra" + extra.incrementAndGet();
                        installation.send(p, Commands.command(id, "work"));
                      }
                      return workers.size() == 2;
                    });
          }
          if (i == 2 * count / 3) {
            all.getFirst().close();
          }
        }
        installation.flush();
        await()
            .untilAsserted(
                () ->
                    assertThat(installation.completedWorkflows())
                        .filteredOn(id -> id.startsWith("w"))
                        .hasSize(count));
      } finally {
        all.forEach(Worker::close);
      }
      assertThat(runs.values()).allMatch(times -> times.get() == 1);
      assertThat(installation.completedWorkflows()).doesNotHaveDuplicates();
    }
  }

  @Test
  void commandOfAKilledWorkerRunsInAnotherOne() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 2)) {
      for (int i = 0; i < 20; i++) {
        installation.send(i % 2, Commands.command("w" + i, i == 7 ? "hang" : "work"));
      }
      installation.flush();
      try (JvmProcess killable =
          JvmProcess.start(
              KillableWorker.class,
              List.of(kafka.bootstrapServers(), installation.topics.prefix()))) {
        killable.awaitLine("HANGS w7/s/1");
        killable.kill();
      }
      Set<String> ran = ConcurrentHashMap.newKeySet();
      StepHandler note =
          context -> {
            ran.add(context.workflowId());
            return StepResult.succeeded();
          };
      try (Worker worker =
          installation.worker().handler("work", note).handler("hang", note).build()) {
        worker.start();
        await()
            .untilAsserted(
                () ->
                    assertThat(Set.copyOf(installation.completedWorkflows()))
                        .hasSize(20)
                        .contains("w7"));
        await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(20));
      }
      assertThat(ran).contains("w7");
    }
  }

  @Test
  void recordThatIsNoCommandGoesToDeadLettersAndThePartitionGoesOn() throws Exception {
    byte[] poison = {9, 8, 7};
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        Worker worker =
            installation.worker().handler("work", context -> StepResult.succeeded()).build()) {
      installation.send(0, Commands.command("before", "work"));
      installation.sendBytes(0, "bad", poison);
      installation.send(0, Commands.command("after", "work"));
      worker.start();

      await()
          .untilAsserted(
              () ->
                  assertThat(installation.completedWorkflows())
                      .containsExactlyInAnyOrder("before", "after"));
      await().untilAsserted(() -> assertThat(installation.deadLetters()).hasSize(1));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(3));
      ConsumerRecord<byte[], byte[]> letter = installation.deadLetters().getFirst();
      assertThat(letter.key()).isEqualTo("bad".getBytes(StandardCharsets.UTF_8));
      assertThat(letter.value()).isEqualTo(poison);
      assertThat(header(letter, "millrace.error.code")).isEqualTo("malformed");
      assertThat(header(letter, "__streams.errors.offset")).isEqualTo("1");
      assertThat(header(letter, "__streams.errors.topic"))
          .isEqualTo(installation.topics.commands(Installation.QUEUE));
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void refusesToStartWithoutItsTopics() {
    try (Worker worker =
        Worker.builder()
            .bootstrapServers(kafka.bootstrapServers())
            .schemaRegistry(new InMemoryRegistry())
            .topics(new Topics("absent."))
            .queue("quakes")
            .handler("work", context -> StepResult.succeeded())
            .build()) {
      assertThatThrownBy(worker::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("absent.step-commands.quakes.v1")
          .hasMessageContaining("millrace topics apply");
    }
  }
}
