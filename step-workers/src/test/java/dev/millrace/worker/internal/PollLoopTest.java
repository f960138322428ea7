package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Commands;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.spi.PayloadCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class PollLoopTest {
  private static final Duration DRAIN = Patience.LIMIT;
  private static final StepHandler DONE = context -> StepResult.succeeded();

  private static List<StepCommand> commands(String type, int count) {
    return IntStream.range(0, count).mapToObj(i -> Commands.command("w" + i, type)).toList();
  }

  @Test
  void commitsOnlyWhatTheBrokerHasTheCompletionOf() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0, 1);
      kafka.add(1, commands("work", 1));
      kafka.awaitSent(1);
      kafka.add(0, commands("work", 3));
      kafka.awaitSent(4);

      kafka.producer.completeNext();
      kafka.awaitCommitted(1, 1);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      kafka.acknowledge();
      kafka.awaitCommitted(0, 3);
    }
  }

  @Test
  void stopsWithoutCommittingWhenACompletionIsLost() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.add(0, commands("work", 1));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new TimeoutException("no broker for 5 minutes"));

      kafka.runtime.awaitStop();
      assertThat(kafka.runtime.failure()).get().isInstanceOf(TimeoutException.class);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
      assertThat(kafka.consumer.closed()).isTrue();
      assertThat(kafka.producer.closed()).isTrue();
    }
  }

  @Test
  void stopsWhenTheConsumerCannotGoOn() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.consumer.setPollException(new TopicAuthorizationException(Set.of("commands")));

      kafka.runtime.awaitStop();
      assertThat(kafka.runtime.failure()).get().isInstanceOf(TopicAuthorizationException.class);
    }
  }

  @Test
  void startsNoMoreThanItHasSlotsAndPausesMeanwhile() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 10));
      await().until(() -> kafka.consumer.paused().size() == 2);
      gate.awaitBegun(4);
      kafka.onPollThread(() -> assertThat(gate.begun()).isEqualTo(4));

      gate.letGo(1);
      gate.awaitBegun(5);
      gate.letGo(9);
      kafka.awaitSent(10);
      await().until(() -> kafka.consumer.paused().isEmpty());
    }
  }

  @Test
  void slowCommandHoldsNothingBackUntilTheRunAheadBound() throws Exception {
    int bound = Profile.SMALL.runAhead();
    Gate slow = new Gate();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("slow", slow, "work", DONE))) {
      kafka.start(0, 1);
      kafka.add(0, commands("slow", 1));
      kafka.add(0, commands("work", bound + 50));
      kafka.add(1, commands("work", 1));
      kafka.awaitSent(bound);
      kafka.acknowledge();
      await().until(() -> kafka.consumer.paused().equals(Set.of(FakeKafka.partition(0))));
      kafka.awaitCommitted(1, 1);
      assertThat(kafka.producer.history()).hasSize(bound);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      slow.letGo(1);
      kafka.acknowledgeUntilCommitted(0, bound + 51);
    }
  }

  @Test
  void finishesAndCommitsRunningCommandsBeforeItGivesAPartitionBack() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(2, DRAIN, Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 5));
      gate.awaitBegun(2);
      kafka.onPollThread(
          () -> {
            // From here until the partition is given back the poll thread starts nothing.
            gate.letGo(2);
            Thread.ofPlatform().start(() -> kafka.acknowledgeUntilCommitted(0, 2));
            kafka.assign(1);
          });

      // The three that had not started are left to the partition's next owner.
      assertThat(kafka.committed(0)).isEqualTo(2);
      assertThat(kafka.producer.history()).hasSize(2);
    }
  }

  @Test
  void givesAPartitionBackWhenTheDrainTimeoutIsOver() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(2, Duration.ofMillis(20), Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 1));
      gate.awaitBegun(1);
      kafka.onPollThread(() -> kafka.assign(1));
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      // Its late completion is sent all the same; the engine drops what it does not wait for.
      gate.letGo(1);
      kafka.awaitSent(1);
      kafka.acknowledge();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void closeFinishesSendsAndCommitsWhatIsRunning() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("wait", gate))) {
      kafka.start(0);
      kafka.add(0, commands("wait", 3));
      gate.awaitBegun(1);
      // Asked on the poll thread, so that no command of the backlog can start after it.
      kafka.onPollThread(() -> kafka.runtime.requestStop(DRAIN));
      gate.letGo(1);
      kafka.awaitSent(1);
      kafka.acknowledge();
      kafka.runtime.awaitStop();

      assertThat(kafka.committed(0)).isEqualTo(1);
      assertThat(kafka.producer.history()).hasSize(1);
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void closeAbandonsAHandlerThatNeedsLongerThanItsTime() throws Exception {
    Gate gate = new Gate();
    CountDownLatch returned = new CountDownLatch(1);
    StepHandler waiting =
        context -> {
          StepResult result = gate.handle(context);
          returned.countDown();
          return result;
        };
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("wait", waiting))) {
      kafka.start(0);
      kafka.add(0, commands("wait", 1));
      gate.awaitBegun(1);
      kafka.runtime.requestStop(Duration.ofMillis(20));
      kafka.runtime.awaitStop();
      gate.letGo(1);
      returned.await();

      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
      assertThat(kafka.producer.history()).isEmpty();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void putsARecordThatIsNoCommandAwayUntouched() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.onPollThread(
          () -> {
            RecordHeaders headers = new RecordHeaders();
            headers.add("own", new byte[] {42});
            kafka.addRecord(0, "bad", new byte[] {1, 2, 3}, headers);
            kafka.addRecord(0, "empty", null, new RecordHeaders());
          });
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 2);

      ProducerRecord<byte[], byte[]> letter =
          kafka.producer.history().stream()
              .filter(record -> record.value() != null)
              .findFirst()
              .orElseThrow();
      assertThat(letter.topic()).isEqualTo(FakeKafka.TOPICS.deadLetters());
      assertThat(letter.key()).asString().isEqualTo("bad");
      assertThat(letter.value()).containsExactly(1, 2, 3);
      assertThat(letter.timestamp()).isEqualTo(FakeKafka.NOW.toEpochMilli());
      assertThat(letter.headers().lastHeader("own").value()).containsExactly(42);
      assertThat(letter.headers().lastHeader("millrace.error.code").value())
          .asString()
          .isEqualTo("malformed");
      assertThat(letter.headers().lastHeader("__streams.errors.partition").value())
          .asString()
          .isEqualTo("0");
      assertThat(letter.headers().lastHeader("__streams.errors.message").value())
          .asString()
          .contains("wire format");
    }
  }

  @Test
  void putsARecordAwayWithTheReasonAloneWhenItIsTooLargeTogetherWithIt() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      RecordHeaders large = new RecordHeaders();
      large.add("large", new byte[Limits.RECORD_BYTES - 1_000]);
      kafka.onPollThread(() -> kafka.addRecord(0, "bad", new byte[] {1, 2, 3}, large));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);

      ProducerRecord<byte[], byte[]> letter = kafka.producer.history().getLast();
      assertThat(letter.value()).isNull();
      assertThat(letter.key()).asString().isEqualTo("bad");
      assertThat(letter.headers())
          .extracting(Header::key)
          .containsExactlyInAnyOrder(
              HeaderNames.ERROR_CODE,
              HeaderNames.ERROR_EXCEPTION,
              HeaderNames.ERROR_MESSAGE,
              HeaderNames.ERROR_TOPIC,
              HeaderNames.ERROR_PARTITION,
              HeaderNames.ERROR_OFFSET);
      assertThat(letter.headers().lastHeader(HeaderNames.ERROR_MESSAGE).value())
          .asString()
          .contains("wire format", "are left out");
    }
  }

  @Test
  void largeKeyOfARecordThatIsNoCommandIsLeftOutToo() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      String key = "k".repeat(Limits.RECORD_BYTES - 1_000);
      kafka.onPollThread(() -> kafka.addRecord(0, key, new byte[] {1}, new RecordHeaders()));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);

      assertThat(kafka.producer.history().getLast().key()).isNull();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void traceContextOfACommandIsPassedOnUnlessItIsTooLong() throws Exception {
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      byte[] command = kafka.encode(Commands.command("w", "work"));
      byte[] parent = new byte[55];
      kafka.onPollThread(
          () -> {
            kafka.addRecord(0, "w", command, trace(parent, new byte[8 * 1024]));
            kafka.addRecord(0, "w", command, trace(parent, new byte[8 * 1024 + 1]));
            kafka.addRecord(0, "w", command, trace(new byte[257], new byte[1]));
          });
      kafka.awaitSent(3);

      assertThat(kafka.producer.history())
          .map(each -> each.headers().toArray().length)
          .containsExactly(2, 1, 0);
    }
  }

  private static RecordHeaders trace(byte[] parent, byte[] state) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.TRACEPARENT, parent);
    headers.add(HeaderNames.TRACESTATE, state);
    return headers;
  }

  @Test
  void waitsForTheRegistryAndNeitherLosesNorBuriesTheCommand() throws Exception {
    Outage registry = new Outage();
    Set<String> ran = ConcurrentHashMap.newKeySet();
    StepHandler note =
        context -> {
          ran.add(context.workflowId());
          return StepResult.succeeded();
        };
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", note), registry)) {
      kafka.start(0, 1);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      kafka.onPollThread(() -> kafka.addRecord(0, "new", ofUnknownSchema, new RecordHeaders()));
      kafka.add(1, commands("work", 1));
      await().until(() -> registry.asked.get() > 0);
      await().until(() -> ran.contains("w0"));
      assertThat(ran).containsExactly("w0");

      registry.over = true;
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);
    }
  }

  @Test
  void readsNothingMoreWhileWhatWaitsForSlotsOfItsTypeTakesAllTheRoomThereIs() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka =
        new FakeKafka(
            64,
            Map.of("wait", 1),
            false,
            DRAIN,
            Map.of("wait", gate),
            new InMemoryRegistry(),
            PayloadCodec.NONE)) {
      kafka.start(0, 1);
      String large = '"' + "x".repeat(1_000_000) + '"';
      List<StepCommand> commands = new ArrayList<>();
      for (int i = 0; i < 18; i++) {
        commands.add(Commands.command("w" + i, "wait", Commands.payload("", large)));
      }
      kafka.add(0, commands);
      gate.awaitBegun(1);
      await().until(() -> kafka.consumer.paused().size() == 2);

      gate.letGo(18);
      kafka.awaitSent(18);
      await().until(() -> kafka.consumer.paused().isEmpty());
    }
  }

  @Test
  void registryThatDoesNotAnswerHoldsUpOneLookUpAndNotOneOfEachPartition() throws Exception {
    Outage registry = new Outage();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE), registry)) {
      kafka.start(0, 1, 2, 3, 4);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      byte[] known = kafka.encode(Commands.command("w", "work"));
      kafka.onPollThread(
          () -> {
            for (int partition = 0; partition < 4; partition++) {
              kafka.addRecord(partition, "new", ofUnknownSchema, new RecordHeaders());
            }
            kafka.addRecord(4, "w", known, new RecordHeaders());
          });
      kafka.awaitSent(1);
      assertThat(registry.asked.get()).isBetween(1, 3);
    }
  }

  @Test
  void workerThatIsToStopStartsNothingMore() throws Exception {
    AtomicReference<FakeKafka> broker = new AtomicReference<>();
    AtomicInteger ran = new AtomicInteger();
    Outage registry =
        new Outage() {
          @Override
          public Schema schemaById(int id) {
            broker.get().runtime.requestStop(Duration.ZERO);
            return super.schemaById(id);
          }
        };
    StepHandler count =
        context -> {
          ran.incrementAndGet();
          return StepResult.succeeded();
        };
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", count), registry)) {
      broker.set(kafka);
      kafka.start(0, 1);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      byte[] known = kafka.encode(Commands.command("w", "work"));
      kafka.onPollThread(
          () -> {
            kafka.addRecord(0, "new", ofUnknownSchema, new RecordHeaders());
            kafka.addRecord(1, "w", known, new RecordHeaders());
          });
      kafka.runtime.awaitStop();
      assertThat(ran).hasValue(0);
    }
  }

  /** A registry that knows a second schema of commands, and cannot be asked for it at first. */
  private static class Outage implements SchemaRegistry {
    private static final int NEW_ID = 100;

    private final InMemoryRegistry known = new InMemoryRegistry();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean over;

    @Override
    public int register(String subject, Schema schema) {
      return known.register(subject, schema);
    }

    @Override
    public Schema schemaById(int id) {
      asked.incrementAndGet();
      if (!over) {
        throw new RegistryUnavailableException("registry is down", null);
      }
      return id == NEW_ID ? StepCommand.getClassSchema() : known.schemaById(id);
    }

    byte[] encodeWithNewSchema(StepCommand command) {
      byte[] framed = new AvroCodec<>(StepCommand.class, FakeKafka.COMMANDS, known).encode(command);
      framed[4] = NEW_ID;
      return framed;
    }
  }
}
