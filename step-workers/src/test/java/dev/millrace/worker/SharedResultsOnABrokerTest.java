package dev.millrace.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.cache.SharedResults;
import dev.millrace.worker.spi.WarmUp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Workers that share results through a compacted topic, and what is wrong with it. */
final class SharedResultsOnABrokerTest {
  private static final int GARBAGE = 7;
  private static final String NO_HEADER = "no header";
  private static final int MAX_RESULT_BYTES = 1_000;
  private static final String LATER = Long.toString(System.currentTimeMillis() + 3_600_000);

  private static EmbeddedKafka kafka;

  private final AtomicInteger calls = new AtomicInteger();

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.builder().start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  private static String createTopic(Installation installation) throws Exception {
    return createTopic(installation, Map.of("cleanup.policy", "compact"));
  }

  private static String createTopic(Installation installation, Map<String, String> settings)
      throws Exception {
    String topic = installation.topics.prefix() + "prices";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(settings))).all().get();
      await().ignoreExceptions().until(() -> isKnown(admin, topic));
    }
    return topic;
  }

  private static boolean isKnown(Admin admin, String topic) throws Exception {
    return !admin.describeTopics(List.of(topic)).allTopicNames().get().isEmpty();
  }

  /** A worker whose handler returns how often it was called, after as many letters as the input. */
  private Worker worker(Installation installation, SharedResults shared) {
    return installation
        .worker()
        .slots(1)
        .handler(
            "price",
            Integer.class,
            (letters, context) ->
                StepResult.succeeded("x".repeat(letters) + calls.incrementAndGet()))
        .around(shared)
        .warmUp(shared)
        .build();
  }

  private static SharedResults sharedIn(String topic) {
    return SharedResults.in(topic).stepTypes("price").maxResultBytes(MAX_RESULT_BYTES).build();
  }

  private static StepCommand price(String workflow, int letters) {
    return Commands.command(workflow, "price", Commands.payload("", Integer.toString(letters)));
  }

  private static Map<String, String> outputs(Installation installation, int count)
      throws Exception {
    List<ConsumerRecord<byte[], byte[]>> completions = new ArrayList<>();
    await()
        .untilAsserted(
            () -> {
              completions.clear();
              completions.addAll(installation.completions());
              assertThat(completions).hasSize(count);
            });
    Map<String, String> outputs = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> each : completions) {
      StepCompletion completion = installation.decode(each);
      outputs.put(
          new String(each.key(), UTF_8), UTF_8.decode(completion.getOutput().getData()).toString());
    }
    return outputs;
  }

  @Test
  void resultsOutliveTheWorkerAndWhatIsMalformedOrTooLargeIsLeftOut() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1)) {
      String topic = createTopic(installation);
      sendGarbage(topic);
      try (SharedResults shared = sharedIn(topic);
          Worker worker = worker(installation, shared)) {
        worker.start();
        installation.send(0, price("a", 0));
        installation.send(0, price("b", 0));
        installation.send(0, price("large", MAX_RESULT_BYTES));
        assertThat(outputs(installation, 3))
            .containsEntry("a", "\"1\"")
            .containsEntry("b", "\"1\"");
        assertThat(shared.hits()).isEqualTo(1);
        worker.close();
      }
      sendGarbage(topic);
      try (SharedResults shared = sharedIn(topic);
          Worker worker = worker(installation, shared)) {
        worker.start();
        installation.send(0, price("c", 0));
        installation.send(0, price("large again", MAX_RESULT_BYTES));
        assertThat(outputs(installation, 5))
            .containsEntry("c", "\"1\"")
            .hasEntrySatisfying("large again", output -> assertThat(output).endsWith("x3\""));
        assertThat(shared.hits()).isEqualTo(1);
        assertThat(shared.misses()).isEqualTo(1);
      }
      assertThat(calls).hasValue(3);
    }
  }

  private static void sendGarbage(String topic) throws Exception {
    send(topic, 0, "no time", "x", NO_HEADER);
    send(topic, 1, "bad time", "x", "soon");
    send(topic, 0, "far time", "x", "99999999999999999999");
    send(topic, 1, "too large", "x".repeat(MAX_RESULT_BYTES + 1), LATER);
    send(topic, 0, "expired", "x", "1");
    send(topic, 1, "deleted", null, NO_HEADER);
    send(topic, 0, "time without a value", "x", null);
  }

  private static void send(
      String topic, int partition, String key, @Nullable String value, @Nullable String expires)
      throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic,
              partition,
              (key + "-".repeat(43 - key.length())).replace(' ', '_').getBytes(UTF_8),
              value == null ? null : value.getBytes(UTF_8));
      if (!NO_HEADER.equals(expires)) {
        record
            .headers()
            .add(
                new RecordHeader(
                    "millrace.expires", expires == null ? null : expires.getBytes(UTF_8)));
      }
      producer.send(record).get();
    }
  }

  @Test
  void readingThatWasGivenUpStartsNothing() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1)) {
      String topic = createTopic(installation);
      sendGarbage(topic);
      try (SharedResults interrupted = sharedIn(topic)) {
        assertThatThrownBy(() -> interrupted.run(clients(Interrupting.class.getName())))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("given up");
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      SharedResults closed = sharedIn(topic);
      closed.close();
      assertThatThrownBy(() -> closed.run(clients("")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("given up");
    }
  }

  private static WarmUp.Clients clients(String interceptors) {
    return new WarmUp.Clients() {
      @Override
      public Map<String, Object> consumer(String purpose) {
        return Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "earliest",
            "interceptor.classes",
            interceptors);
      }

      @Override
      public Map<String, Object> producer(String purpose) {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
      }
    };
  }

  /** Interrupts who reads once it has read the last record. */
  public static final class Interrupting implements ConsumerInterceptor<byte[], byte[]> {
    private int read;

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      read += records.count();
      if (read == GARBAGE) {
        Thread.currentThread().interrupt();
      }
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> settings) {}
  }

  @Test
  void resultThatTheTopicRefusesIsTheStepsAllTheSame() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1)) {
      String topic =
          createTopic(
              installation, Map.of("cleanup.policy", "compact", "max.message.bytes", "300"));
      for (String workflow : List.of("a", "b")) { // the second worker does not have it
        try (SharedResults shared = sharedIn(topic);
            Worker worker = worker(installation, shared)) {
          worker.start();
          installation.send(0, price(workflow, 500));
          outputs(installation, workflow.equals("a") ? 1 : 2);
          assertThat(shared.misses()).isEqualTo(1);
        }
      }
      assertThat(outputs(installation, 2).get("b")).endsWith("x2\"");
    }
  }

  @Test
  void workersFollowWhatTheOthersWrite() throws Exception {
    try (Installation one = new Installation(kafka.bootstrapServers(), 1);
        Installation other = new Installation(kafka.bootstrapServers(), 1)) {
      String topic = createTopic(one);
      try (SharedResults ofOne = sharedIn(topic);
          SharedResults ofOther = sharedIn(topic);
          Worker worker = worker(one, ofOne);
          Worker otherWorker = worker(other, ofOther)) {
        worker.start();
        otherWorker.start();

        AtomicInteger asked = new AtomicInteger();
        await()
            .untilAsserted(
                () -> { // another input each time: the second worker never has it by itself
                  int letters = asked.incrementAndGet();
                  one.send(0, price("w" + letters, letters));
                  outputs(one, letters);
                  other.send(0, price("w" + letters, letters));
                  outputs(other, letters);
                  assertThat(ofOther.hits()).isPositive();
                });
        assertThat(ofOne.hits()).isZero();
      }
    }
  }

  @Test
  void workerWhoseTopicDoesNotExistDoesNotStart() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        SharedResults shared = sharedIn("nowhere");
        Worker worker = worker(installation, shared)) {
      assertThatThrownBy(worker::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("'nowhere'", "does not exist", "cleanup.policy=compact,delete");
    }
  }

  @Test
  void sharedResultsThatWereNotReadFailTheAttemptAndSayWhatToDo() throws Exception {
    try (Installation installation = new Installation(kafka.bootstrapServers(), 1);
        SharedResults shared = sharedIn("prices");
        Worker worker =
            installation
                .worker()
                .handler("price", context -> StepResult.succeeded())
                .around(shared)
                .build()) {
      worker.start();
      installation.send(0, price("a", 0));
      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(1));
      assertThat(
              installation.decode(installation.completions().getFirst()).getFailure().getMessage())
          .contains("warmUp(...)");
    }
  }
}
