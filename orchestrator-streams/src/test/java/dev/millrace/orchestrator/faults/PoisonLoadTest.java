package dev.millrace.orchestrator.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Worker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Bad records among many good ones, on a real broker. */
class PoisonLoadTest {
  private static final String QUEUE = "work";
  private static final int WORKFLOWS = 2_000;

  @TempDir Path folder;

  @Test
  void everyBadRecordIsADeadLetterAndNoThreadDies() throws Exception {
    ListAppender<ILoggingEvent> deaths = new ListAppender<>();
    deaths.start();
    Logger engineLog = (Logger) LoggerFactory.getLogger("dev.millrace.orchestrator.app");
    engineLog.addAppender(deaths);
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder);
        Worker worker = installation.echoWorker(QUEUE);
        EventLog log = new EventLog(installation)) {
      worker.start();
      installation.register(Workflows.chain(QUEUE, 1));
      List<ProducerRecord<byte[], byte[]>> poison = poison(installation);
      for (int i = 0; i < WORKFLOWS; i++) {
        installation.start("good-" + i, "chain", "{}");
        if (i % (WORKFLOWS / 100) == 0 && i * 100 / WORKFLOWS < poison.size()) {
          installation.send(poison.get(i * 100 / WORKFLOWS));
        }
      }
      List<ConsumerRecord<byte[], byte[]>> letters =
          installation.records(installation.topics.deadLetters(), poison.size());
      log.pollUntilEnded(WORKFLOWS);
      installation.awaitQuiet(QUEUE);
      log.pollToEnd();

      assertThat(installation.records(installation.topics.deadLetters(), letters.size()))
          .hasSameSizeAs(poison);
      letters.forEach(letter -> assertUntouched(letter, poison.get(number(letter))));
      assertThat(letters.stream().map(PoisonLoadTest::number)).doesNotHaveDuplicates();
      log.assertAllEndedOnce(Workflows.chain(QUEUE, 1), WorkflowStatus.SUCCEEDED);
      assertThat(log.histories()).hasSize(WORKFLOWS);
      assertThat(engine.hasFailed()).isFalse();
      assertThat(deaths.list).as("what the engine complained of").isEmpty();
    } finally {
      engineLog.detachAppender(deaths);
    }
  }

  /** A client may leave the timestamp out; by default that would end a stream thread. */
  @Test
  void startWithoutATimestampRuns() throws Exception {
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder);
        Worker worker = installation.echoWorker(QUEUE);
        EventLog log = new EventLog(installation)) {
      worker.start();
      installation.register(Workflows.chain(QUEUE, 1));
      byte[] json = "{\"definition\":\"chain\"}".getBytes(UTF_8);
      RecordHeaders headers = new RecordHeaders();
      headers.add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
      installation.send(
          new ProducerRecord<>(
              installation.topics.starts(), null, "timeless".getBytes(UTF_8), json, headers) {
            @Override
            public Long timestamp() {
              return -1L;
            }
          });
      log.pollUntilEnded(1);
      log.assertAllEndedOnce(Workflows.chain(QUEUE, 1), WorkflowStatus.SUCCEEDED);
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  private static void assertUntouched(
      ConsumerRecord<byte[], byte[]> letter, ProducerRecord<byte[], byte[]> record) {
    assertThat(letter.key()).isEqualTo(record.key());
    assertThat(letter.value()).isEqualTo(record.value());
    assertThat(letter.headers().lastHeader(HeaderNames.ERROR_TOPIC).value())
        .asString(UTF_8)
        .isEqualTo(record.topic());
    assertThat(letter.headers().lastHeader(HeaderNames.ERROR_CODE).value())
        .asString(UTF_8)
        .isEqualTo("malformed");
  }

  private static int number(ConsumerRecord<byte[], byte[]> letter) {
    return ByteBuffer.wrap(letter.headers().lastHeader("number").value()).getInt();
  }

  private static List<ProducerRecord<byte[], byte[]>> poison(Installation installation) {
    AvroCodec<WorkflowControl> controls =
        new AvroCodec<>(
            WorkflowControl.class, installation.topics.controls(), installation.registry);
    byte[] good =
        controls.encode(
            WorkflowControl.newBuilder()
                .setAction(ControlAction.CANCEL)
                .setReason("enough")
                .build());
    byte[] random = new byte[500];
    new Random(11).nextBytes(random);
    byte[] unknownSchema = good.clone();
    unknownSchema[1] = 0x7f;
    byte[] key = "poisoned".getBytes(UTF_8);
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
    for (String topic :
        List.of(
            installation.topics.starts(),
            installation.topics.controls(),
            installation.topics.completions())) {
      add(all, topic, key, random);
      add(all, topic, key, Arrays.copyOf(good, good.length - 1));
      add(all, topic, key, unknownSchema);
      add(all, topic, null, good);
      add(all, topic, key, null);
      add(all, topic, "a\u0000b".getBytes(UTF_8), good);
      if (!topic.equals(installation.topics.controls())) {
        add(all, topic, key, good);
      }
    }
    return all;
  }

  private static void add(
      List<ProducerRecord<byte[], byte[]>> all,
      String topic,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("number", ByteBuffer.allocate(Integer.BYTES).putInt(all.size()).array());
    all.add(new ProducerRecord<>(topic, null, key, value, headers));
  }
}
