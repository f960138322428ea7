package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowStart;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeadLettersCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(1);

  @Test
  void lettersAreListedShownAndSentAgainAsTheyWere() {
    String starts = CLUSTER.topics().starts();
    byte[] start =
        CLUSTER
            .codec(WorkflowStart.class, starts)
            .encode(
                WorkflowStart.newBuilder()
                    .setDefinition("order")
                    .setInput(new Payload("", ByteBuffer.wrap("{\"n\": 1}".getBytes(UTF_8))))
                    .setDeadline(Instant.parse("2026-11-21T10:00:00Z"))
                    .build());
    String first = die("w-1", start, starts, "start-rejected", "no definition 'order'");
    String second = die("w-2", new byte[] {7}, starts, "malformed", "no record");
    String third = die("w-3", null, CLUSTER.topics().completions(), "malformed", "too large");

    assertThat(CLUSTER.run("dead-letters", "list").out().lines())
        .hasSize(3)
        .first()
        .asString()
        .startsWith(first)
        .contains("start-rejected", starts, "w-1: no definition 'order'");
    CliRun latest = CLUSTER.run("dead-letters", "list", "--code", "malformed", "--limit", "1");
    assertThat(latest.out()).startsWith(third).hasLineCount(1);
    assertThat(latest.err()).contains("1 more are older");

    CliRun shown = CLUSTER.run("dead-letters", "show", first);
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out())
        .contains("code      start-rejected")
        .contains("reason    no definition 'order'")
        .contains("read from " + starts + ", partition 0, offset 17")
        .contains("header    traceparent: 00-trace")
        .contains(
            "value     {\"definition\":\"order\",\"version\":0,\"input\":{\"n\":1}",
            "\"deadline\":\"2026-11-21T10:00:00Z\"");
    assertThat(CLUSTER.run("dead-letters", "show", second).out())
        .contains("1 bytes")
        .contains("Bw==");
    assertThat(CLUSTER.run("dead-letters", "show", third).out()).contains("value     none");

    CliRun dry = CLUSTER.run("dead-letters", "redrive", "--key", "w-1", "--dry-run");
    assertThat(dry.out().lines()).hasSize(2).last().isEqualTo("nothing was sent");
    assertThat(read(starts)).isEmpty();
    CliRun unasked = CLUSTER.run("dead-letters", "redrive", "--key", "w-1");
    assertThat(unasked.exitCode()).isEqualTo(2);
    assertThat(unasked.err()).contains("Send 1 records again?", "confirm with --yes");

    CliRun sent = CLUSTER.run("dead-letters", "redrive", first, "--yes");
    assertThat(sent.exitCode()).as(sent.err()).isZero();
    assertThat(sent.out()).contains("1 of 1 were sent");
    ConsumerRecord<byte[], byte[]> again = read(starts).getFirst();
    assertThat(again.key()).asString(UTF_8).isEqualTo("w-1");
    assertThat(again.value()).isEqualTo(start);
    assertThat(again.headers()).extracting(Header::key).containsExactly("traceparent");

    CliRun all = CLUSTER.run("dead-letters", "redrive", "--code", "malformed", "--yes");
    assertThat(all.exitCode()).as("one has no value").isEqualTo(1);
    assertThat(all.out()).contains("1 of 1 were sent");
    assertThat(all.err()).contains("1 letters cannot be sent");
    assertThat(read(starts)).hasSize(2);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(CLUSTER.run("dead-letters", "redrive", "--yes").err()).contains("say which");
    assertThat(CLUSTER.run("dead-letters", "redrive", "0:1", "--code", "malformed").exitCode())
        .isEqualTo(2);
    assertThat(CLUSTER.run("dead-letters", "show", "first").err())
        .contains("must be PARTITION:OFFSET");
    CliRun absent = CLUSTER.run("dead-letters", "show", "0:1000");
    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).contains("dead letter 0:1000: not there");
    assertThat(CLUSTER.run("dead-letters", "show", "99:0").err())
        .contains("dead letter 99:0: not there");
  }

  /** Puts a dead letter there, and says how it is named. */
  private static String die(
      String key, byte @Nullable [] value, String topic, String code, String message) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(CLUSTER.topics().deadLetters(), key.getBytes(UTF_8), value);
    letter
        .headers()
        .add("traceparent", "00-trace".getBytes(UTF_8))
        .add(HeaderNames.ERROR_CODE, code.getBytes(UTF_8))
        .add(HeaderNames.ERROR_MESSAGE, message.getBytes(UTF_8))
        .add(HeaderNames.ERROR_TOPIC, topic.getBytes(UTF_8))
        .add(HeaderNames.ERROR_PARTITION, "0".getBytes(UTF_8))
        .add(HeaderNames.ERROR_OFFSET, "17".getBytes(UTF_8));
    try (RecordSender sender = new RecordSender(CLUSTER.connection())) {
      return "0:" + sender.send(letter);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            CLUSTER.connection().kafka(Map.of("auto.offset.reset", "earliest")),
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
}
