package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.BuiltInRegistry;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeadLettersCommandTest {
  private static EmbeddedKafka kafka;
  private static BuiltInRegistry registry;
  private static Connection connection;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.builder().start();
    registry = BuiltInRegistry.inMemory(0);
    connection =
        new Connection(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            Optional.of(registry.url()),
            Map.of(),
            Topics.standard());
    assertThat(run("topics", "apply", "--partitions", "1").exitCode()).isZero();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    registry.close();
    kafka.close();
  }

  @Test
  void lettersAreListedShownAndSentAgainAsTheyWere() {
    String starts = connection.topics().starts();
    byte[] start =
        new AvroCodec<>(WorkflowStart.class, starts, connection.registry())
            .encode(WorkflowStart.newBuilder().setDefinition("order").build());
    String first = die("w-1", start, starts, "start-rejected", "no definition 'order'");
    String second = die("w-2", new byte[] {7}, starts, "malformed", "no record");
    String third = die("w-3", null, connection.topics().completions(), "malformed", "too large");

    assertThat(run("dead-letters", "list").out().lines())
        .hasSize(3)
        .first()
        .asString()
        .startsWith(first)
        .contains("start-rejected", starts, "w-1: no definition 'order'");
    CliRun latest = run("dead-letters", "list", "--code", "malformed", "--limit", "1");
    assertThat(latest.out()).startsWith(third).hasLineCount(1);
    assertThat(latest.err()).contains("1 more are older");

    CliRun shown = run("dead-letters", "show", first);
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out())
        .contains("code      start-rejected")
        .contains("reason    no definition 'order'")
        .contains("read from " + starts + ", partition 0, offset 17")
        .contains("header    traceparent: 00-trace")
        .contains("\"definition\": \"order\"");
    assertThat(run("dead-letters", "show", second).out()).contains("1 bytes").contains("Bw==");
    assertThat(run("dead-letters", "show", third).out()).contains("value     none");

    CliRun dry = run("dead-letters", "redrive", "--key", "w-1", "--dry-run");
    assertThat(dry.out().lines()).hasSize(2).last().isEqualTo("nothing was sent");
    assertThat(read(starts)).isEmpty();
    CliRun unasked = run("dead-letters", "redrive", "--key", "w-1");
    assertThat(unasked.exitCode()).isEqualTo(2);
    assertThat(unasked.err()).contains("Send 1 records again?", "confirm with --yes");

    CliRun sent = run("dead-letters", "redrive", first, "--yes");
    assertThat(sent.exitCode()).as(sent.err()).isZero();
    assertThat(sent.out()).contains("1 of 1 were sent");
    ConsumerRecord<byte[], byte[]> again = read(starts).getFirst();
    assertThat(again.key()).asString(UTF_8).isEqualTo("w-1");
    assertThat(again.value()).isEqualTo(start);
    assertThat(again.headers()).extracting(Header::key).containsExactly("traceparent");

    CliRun all = run("dead-letters", "redrive", "--code", "malformed", "--yes");
    assertThat(all.exitCode()).as("one has no value").isEqualTo(1);
    assertThat(all.out()).contains("1 of 1 were sent");
    assertThat(all.err()).contains("1 letters cannot be sent");
    assertThat(read(starts)).hasSize(2);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(run("dead-letters", "redrive", "--yes").err()).contains("say which");
    assertThat(run("dead-letters", "redrive", "0:1", "--code", "c").exitCode()).isEqualTo(2);
    assertThat(run("dead-letters", "show", "first").err()).contains("must be PARTITION:OFFSET");
    CliRun absent = run("dead-letters", "show", "0:1000");
    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).contains("dead letter 0:1000: not there");
    assertThat(run("dead-letters", "show", "99:0").err()).contains("dead letter 99:0: not there");
  }

  /** Puts a dead letter there, and says how it is named. */
  private static String die(
      String key, byte @Nullable [] value, String topic, String code, String message) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(connection.topics().deadLetters(), key.getBytes(UTF_8), value);
    letter
        .headers()
        .add("traceparent", "00-trace".getBytes(UTF_8))
        .add(HeaderNames.ERROR_CODE, code.getBytes(UTF_8))
        .add(HeaderNames.ERROR_MESSAGE, message.getBytes(UTF_8))
        .add(HeaderNames.ERROR_TOPIC, topic.getBytes(UTF_8))
        .add(HeaderNames.ERROR_PARTITION, "0".getBytes(UTF_8))
        .add(HeaderNames.ERROR_OFFSET, "17".getBytes(UTF_8));
    try (RecordSender sender = new RecordSender(connection)) {
      return "0:" + sender.send(letter);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            connection.kafka(Map.of("auto.offset.reset", "earliest")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static CliRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers", kafka.bootstrapServers(), "--schema-registry", registry.url()));
    return CliRun.of(all.toArray(String[]::new));
  }
}
