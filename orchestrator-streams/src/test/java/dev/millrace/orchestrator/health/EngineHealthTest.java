package dev.millrace.orchestrator.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineHealthTest {
  private static final String TOPIC = "inputs";

  @TempDir Path folder;

  @Test
  void processThatHasGivenUpIsNotLiveAndOneThatStartsIs() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
      try (KafkaStreams streams = new KafkaStreams(failing().build(), settings(kafka))) {
        CountDownLatch running = new CountDownLatch(1);
        EngineHealth health = new EngineHealth(streams, running);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        health.bindTo(registry);
        streams.setUncaughtExceptionHandler(e -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(health.isLive()).isTrue();
        assertThat(health.hasStarted()).isFalse();

        streams.start();
        await()
            .until(
                () -> {
                  assertThat(health.isLive()).isTrue();
                  return health.isReady();
                });
        running.countDown();
        assertThat(ready(registry)).isEqualTo(1);

        send(kafka);
        await().until(() -> !health.isLive());
        await().until(() -> health.state().equals("ERROR"));
        assertThat(health.isLive()).isFalse();
        assertThat(health.isReady()).isFalse();
        assertThat(health.hasStarted()).isTrue();
        assertThat(ready(registry)).isZero();
      }
    }
  }

  private static double ready(SimpleMeterRegistry registry) {
    return registry.get("millrace.engine.ready").gauge().value();
  }

  private static StreamsBuilder failing() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(TOPIC, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .foreach(
            (key, value) -> {
              throw new IllegalStateException("as wanted");
            });
    return builder;
  }

  private Properties settings(EmbeddedKafka kafka) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "failing");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.put("consumer.auto.offset.reset", "earliest");
    return settings;
  }

  private static void send(EmbeddedKafka kafka) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, new byte[0])).get();
    }
  }
}
