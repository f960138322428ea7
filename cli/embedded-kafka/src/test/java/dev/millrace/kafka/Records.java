package dev.millrace.kafka;

import dev.millrace.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the tests write to a broker and read back. */
final class Records {
  private Records() {}

  static void createTopic(String servers, String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  static List<String> topics(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin.listTopics().names().get(30, TimeUnit.SECONDS).stream().sorted().toList();
    }
  }

  static KafkaProducer<String, String> producer(String servers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers, "max.block.ms", 3_000),
        new StringSerializer(),
        new StringSerializer());
  }

  static KafkaProducer<String, String> transactionalProducer(String servers, String id) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers, "transactional.id", id),
        new StringSerializer(),
        new StringSerializer());
  }

  /** Sends the values and returns when all are acknowledged. */
  static void send(String servers, String topic, List<String> values)
      throws ExecutionException, InterruptedException {
    try (KafkaProducer<String, String> producer = producer(servers)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      values.forEach(value -> sent.add(producer.send(new ProducerRecord<>(topic, value))));
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  /** Reads as a consumer group until it has so many values, or fails after a minute. */
  static List<String> read(String servers, String topic, String group, int count) {
    List<String> values = new ArrayList<>();
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", servers, "group.id", group, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      while (values.size() < count) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("%d of %d records read".formatted(values.size(), count));
        }
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
        consumer.commitSync();
      }
    }
    return values;
  }
}
