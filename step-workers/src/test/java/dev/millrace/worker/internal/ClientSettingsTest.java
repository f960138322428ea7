package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.worker.Profile;
import dev.millrace.worker.Source;
import dev.millrace.worker.spi.PayloadCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientSettingsTest {
  private static WorkerSettings worker(Map<String, String> clientSettings) {
    return new WorkerSettings(
        "w",
        "127.0.0.1:1",
        SchemaRegistries.connect("mock://settings", Map.of()),
        Topics.standard(),
        "q",
        Source.consumerGroup(),
        Profile.LATENCY,
        1,
        Map.of(),
        false,
        Duration.ZERO,
        Map.of(),
        PayloadCodec.NONE,
        new SimpleMeterRegistry(),
        clientSettings);
  }

  @Test
  void everyClientKnowsWhereSecretsComeFrom() {
    Map<String, String> secrets =
        Map.of(
            "config.providers", "secret",
            "config.providers.secret.class", "org.acme.Provider",
            "config.providers.secret.param.allowed.paths", "/secrets",
            "sasl.jaas.config", "${secret:/secrets:jaas}");
    WorkerSettings worker = worker(secrets);

    assertThat(
            List.of(
                ClientSettings.consumer(worker),
                ClientSettings.shareConsumer(worker, 0, 1),
                ClientSettings.producer(worker),
                ClientSettings.admin(worker)))
        .allSatisfy(settings -> assertThat(settings).containsAllEntriesOf(secrets));
  }

  @Test
  void administratorIsToldNothingOfReading() {
    assertThat(ClientSettings.admin(worker(Map.of("max.poll.records", "7"))))
        .doesNotContainKey("max.poll.records");
  }
}
