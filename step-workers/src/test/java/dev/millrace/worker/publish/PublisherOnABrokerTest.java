package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kafka.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publisher and a broker that may be away. */
final class PublisherOnABrokerTest {
  private static final String TOPIC = "events";
  private static final int PARTITIONS = 3;

  private static void createTopic(EmbeddedKafka broker)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
    }
  }

  private static ProducerRecord<byte[], byte[]> record(int key, int value) {
    return new ProducerRecord<>(
        TOPIC, Integer.toString(key).getBytes(UTF_8), Integer.toString(value).getBytes(UTF_8));
  }

  /** The values of each key, in order, and the ids of all in headers. */
  private static Map<String, List<Integer>> read(EmbeddedKafka broker, List<String> ids) {
    Map<String, List<Integer>> values = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        partitions.add(new TopicPartition(TOPIC, partition));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          values
              .computeIfAbsent(new String(record.key(), UTF_8), key -> new ArrayList<>())
              .add(Integer.parseInt(new String(record.value(), UTF_8)));
          ids.add(
              new String(
                  record.headers().lastHeader(BatchedEventPublisher.EVENT_ID_HEADER).value(),
                  UTF_8));
        }
      }
    }
    return values;
  }

  @Test
  void everyEventIsPublishedOnceAndInTheOrderOfItsKey() throws Exception {
    List<String> ids = new ArrayList<>();
    try (EmbeddedKafka broker = EmbeddedKafka.builder().start()) {
      createTopic(broker);
      try (BatchedEventPublisher publisher =
          BatchedEventPublisher.builder(Map.of("bootstrap.servers", broker.bootstrapServers()))
              .batch(100, 1_000_000)
              .build()) {
        for (int i = 0; i < 10_000; i++) {
          assertThat(publisher.publish("e" + i, record(i % 7, i))).isEqualTo(PublishOutcome.TAKEN);
          if (i % 10 == 0) {
            assertThat(publisher.publish("e" + i / 2, record(i % 7, -1)))
                .isEqualTo(PublishOutcome.DUPLICATE);
          }
        }
        publisher.flush(Duration.ofMinutes(1));
        assertThat(publisher.figures().published()).isEqualTo(10_000);
        assertThat(publisher.figures().duplicates()).isEqualTo(1_000);
      }
      Map<String, List<Integer>> values = read(broker, ids);
      assertThat(values).hasSize(7).allSatisfy((key, each) -> assertThat(each).isSorted());
      assertThat(ids).hasSize(10_000).doesNotHaveDuplicates();
    }
  }

  @Test
  void eventsWaitForABrokerThatIsAway(@TempDir Path data) throws Exception {
    List<String> ids = new ArrayList<>();
    EmbeddedKafka broker = EmbeddedKafka.builder().dataDirectory(data).start();
    int port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
    try {
      createTopic(broker);
      try (BatchedEventPublisher publisher =
          BatchedEventPublisher.builder(
                  Map.of(
                      "bootstrap.servers",
                      broker.bootstrapServers(),
                      "delivery.timeout.ms",
                      1_000,
                      "request.timeout.ms",
                      500,
                      "max.block.ms",
                      500))
              .batch(10, 1_000_000)
              .build()) {
        publisher.publish("first", record(0, 0));
        publisher.flush(Duration.ofSeconds(30));
        broker.close();
        for (int i = 1; i <= 100; i++) {
          publisher.publish("e" + i, record(i % 7, i));
        }
        assertThatThrownBy(() -> publisher.flush(Duration.ofSeconds(3)))
            .hasMessageContaining("are not acknowledged after PT3S");
        broker = EmbeddedKafka.builder().dataDirectory(data).brokerPort(port).start();
        publisher.flush(Duration.ofMinutes(1));
        assertThat(publisher.figures().retries()).isPositive();
      }
      Map<String, List<Integer>> values = read(broker, ids);
      assertThat(values.values())
          .allSatisfy(each -> assertThat(each.stream().distinct().toList()).isSorted());
      assertThat(ids).contains("first").hasSizeGreaterThanOrEqualTo(101);
      assertThat(ids.stream().distinct()).hasSize(101);
    } finally {
      broker.close();
    }
  }

  @Test
  void closeSaysWhatItCouldNotPublish() throws Exception {
    EmbeddedKafka broker = EmbeddedKafka.builder().start();
    createTopic(broker);
    BatchedEventPublisher publisher =
        BatchedEventPublisher.builder(Map.of("bootstrap.servers", broker.bootstrapServers()))
            .batch(2, 1_000_000)
            .build();
    broker.close();
    for (int i = 0; i < 5; i++) {
      publisher.publish("e" + i, record(0, i));
    }

    assertThatThrownBy(() -> publisher.close(Duration.ofMillis(100)))
        .isInstanceOfSatisfying(
            UndeliveredEventsException.class,
            e -> assertThat(e.ids()).containsExactly("e0", "e1", "e2", "e3", "e4"));
  }

  @Test
  void eventAboveTheLimitIsToldAndMayBePublishedAgainSmaller() throws Exception {
    List<String> refused = new CopyOnWriteArrayList<>();
    try (EmbeddedKafka broker = EmbeddedKafka.builder().start()) {
      createTopic(broker);
      try (BatchedEventPublisher publisher =
          BatchedEventPublisher.builder(Map.of("bootstrap.servers", broker.bootstrapServers()))
              .onRefused((id, failure) -> refused.add(id))
              .build()) {
        publisher.publish("large", new ProducerRecord<>(TOPIC, new byte[1], new byte[2_000_000]));
        publisher.flush(Duration.ofSeconds(30));
        assertThat(refused).containsExactly("large");
        assertThat(publisher.publish("large", record(0, 1))).isEqualTo(PublishOutcome.TAKEN);
      }
    }
  }

  @Test
  void eventsThatATopicNeverTakesHoldNoOthersBack() throws Exception {
    List<String> refused = new CopyOnWriteArrayList<>();
    try (EmbeddedKafka broker = EmbeddedKafka.builder().start()) {
      createTopic(broker);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        NewTopic compacted =
            new NewTopic("compacted", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
        admin.createTopics(List.of(compacted)).all().get();
      }
      try (BatchedEventPublisher publisher =
          BatchedEventPublisher.builder(
                  Map.of("bootstrap.servers", broker.bootstrapServers(), "max.block.ms", 500))
              .batch(100, 1_000_000)
              .patience(Duration.ofSeconds(1))
              .onRefused((id, failure) -> refused.add(id))
              .build()) {
        for (int i = 0; i < 100; i++) {
          publisher.publish("e" + i, record(i % 7, i));
          if (i % 30 == 0) {
            byte[] value = new byte[1];
            publisher.publish("keyless" + i, new ProducerRecord<>("compacted", value));
            publisher.publish("nowhere" + i, new ProducerRecord<>(TOPIC, 77, value, value));
          }
        }
        publisher.flush(Duration.ofMinutes(1));
        assertThat(publisher.figures().published()).isEqualTo(100);
      }
      assertThat(refused)
          .containsExactlyInAnyOrder(
              "keyless0",
              "keyless30",
              "keyless60",
              "keyless90",
              "nowhere0",
              "nowhere30",
              "nowhere60",
              "nowhere90");
      assertThat(read(broker, new ArrayList<>()).values())
          .allSatisfy(each -> assertThat(each).isSorted().doesNotHaveDuplicates());
    }
  }

  @Test
  void settingsThatCannotBeAreToldWhenThePublisherIsMade() {
    assertThatThrownBy(() -> BatchedEventPublisher.builder(Map.of()).build())
        .hasStackTraceContaining("bootstrap.servers");
    assertThatThrownBy(
            () ->
                BatchedEventPublisher.builder(
                        Map.of("bootstrap.servers", "127.0.0.1:9", "compression.type", "tight"))
                    .build())
        .hasStackTraceContaining("compression.type");
    assertThatThrownBy(() -> BatchedEventPublisher.builder(Map.of("transactional.id", "t")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("producer setting 'transactional.id' t:");
    assertThatThrownBy(
            () -> BatchedEventPublisher.builder(Map.of("max.in.flight.requests.per.connection", 6)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
