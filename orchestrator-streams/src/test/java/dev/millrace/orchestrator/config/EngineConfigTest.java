package dev.millrace.orchestrator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineConfigTest {
  private static EngineConfig config(String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put(EngineConfig.BOOTSTRAP_SERVERS, "localhost:9092");
    settings.put(EngineConfig.SCHEMA_REGISTRY_URL, "mock://config");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new EngineConfig(settings);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acks",
        "enable.idempotence",
        "transactional.id",
        "transaction.two.phase.commit.enable",
        "partitioner.class",
        "partitioner.ignore.keys",
        "key.serializer",
        "value.serializer",
        "key.deserializer",
        "value.deserializer",
        "auto.offset.reset",
        "enable.auto.commit",
        "bootstrap.servers",
        "group.id",
        "internal.throw.on.fetch.stable.offset.unsupported"
      })
  void clientSettingThatAGuaranteeRestsOnIsRefusedInAllItsForms(String name) {
    for (String prefix :
        new String[] {
          "",
          "producer.",
          "consumer.",
          "main.consumer.",
          "restore.consumer.",
          "global.consumer.",
          "admin."
        }) {
      String key = "kafka." + prefix + name;
      assertThatThrownBy(() -> config(key, "any"))
          .as(key)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("setting '" + key + "' cannot be passed on to Kafka Streams")
          .hasMessageContaining("remove it");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deserialization.exception.handler",
        "default.deserialization.exception.handler",
        "production.exception.handler",
        "default.production.exception.handler",
        "processing.exception.handler",
        "processing.exception.handler.global.enabled",
        "errors.dead.letter.queue.topic.name"
      })
  void handlerThatCouldPassOverAFailureIsRefused(String name) {
    assertThatThrownBy(() -> config("kafka." + name, "any"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("setting 'kafka." + name + "'")
        .hasMessageContaining("must stop its stream thread");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application.id",
        "application.server",
        "commit.interval.ms",
        "num.stream.threads",
        "processing.guarantee",
        "replication.factor",
        "state.dir",
        "statestore.cache.max.bytes",
        "cache.max.bytes.buffering",
        "default.client.supplier",
        "processor.wrapper.class",
        "topic.cleanup.policy",
        "__processing.threads.enabled__",
        "internal.task.assignor.class"
      })
  void settingOfKafkaStreamsThatTheEngineMakesItselfIsRefused(String name) {
    assertThatThrownBy(() -> config("kafka." + name, "any"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("setting 'kafka." + name + "' cannot be passed on to Kafka Streams");
  }

  @Test
  void waitingForAnInputThatHasNoRecordIsRefusedSinceTheIntakeLeavesStartsUnread() {
    for (String idleMs : new String[] {"0", "100"}) {
      assertThatThrownBy(() -> config("kafka.max.task.idle.ms", idleMs))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("setting 'kafka.max.task.idle.ms' cannot be passed on")
          .hasMessageContaining("would wait for the starts that the intake leaves in Kafka");
    }
  }

  @Test
  void whatBreaksNothingIsPassedOn() {
    assertThat(
            config(
                    "kafka.security.protocol",
                    "SASL_SSL",
                    "kafka.num.standby.replicas",
                    "1",
                    "kafka.producer.linger.ms",
                    "5",
                    "kafka.topic.min.insync.replicas",
                    "2")
                .streamsSettings())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("num.standby.replicas", "1")
        .containsEntry("producer.linger.ms", "5")
        .containsEntry("topic.min.insync.replicas", "2");
  }

  @Test
  void clientSettingWithoutAPrefixGoesBeforeTheEnginesOwn() {
    assertThat(config().streamsSettings())
        .containsEntry("producer.linger.ms", 0)
        .containsEntry("consumer.session.timeout.ms", 10_000);
    assertThat(config("kafka.linger.ms", "5", "kafka.session.timeout.ms", "6000").streamsSettings())
        .containsEntry("linger.ms", "5")
        .containsEntry("session.timeout.ms", "6000")
        .doesNotContainKeys("producer.linger.ms", "consumer.session.timeout.ms");
  }

  @Test
  void unknownSettingIsRefused() {
    assertThatThrownBy(() -> config("guarantees", "at-least-once"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unknown setting 'guarantees'");
  }

  @ParameterizedTest
  @CsvSource({
    "'', engine-1, engine-1, 8480",
    "'', ::1, ::1, 8480",
    "engine-1.example, 0.0.0.0, engine-1.example, 8480",
    "engine-1.example:80, 0.0.0.0, engine-1.example, 80",
    "[fd00::1]:80, '::', fd00::1, 80",
    "[fd00::1], '::', fd00::1, 8480",
    "10.0.0.1, 0.0.0.0, 10.0.0.1, 8480"
  })
  void advertisedAddressIsTheSettingOrWhatIsBound(
      String advertised, String bound, String host, int port) {
    assertThat(
            config(EngineConfig.HTTP_ADVERTISED, advertised, EngineConfig.HTTP_HOST, bound)
                .httpAdvertised(8480))
        .isEqualTo(new HostInfo(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "0:0:0:0:0:0:0:0"})
  void hostThatBindsAnyAddressAdvertisesItsOwnName(String wildcard) throws Exception {
    assertThat(config(EngineConfig.HTTP_HOST, wildcard).httpAdvertised(8480))
        .isEqualTo(new HostInfo(InetAddress.getLocalHost().getCanonicalHostName(), 8480));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.0.0.0:80",
        "[::]:80",
        "[::]",
        "http://a:80",
        "a:",
        "a:0",
        "a:65536",
        "::1",
        "a b"
      })
  void addressThatNoOtherEngineCouldConnectToIsRefused(String advertised) {
    assertThatThrownBy(() -> config(EngineConfig.HTTP_ADVERTISED, advertised))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.advertised is '" + advertised + "'");
  }

  @Test
  void jsonQueuesAreNamesOfQueues() {
    assertThat(config(EngineConfig.JSON_QUEUES, "").jsonQueues()).isEmpty();
    assertThat(config(EngineConfig.JSON_QUEUES, "shell, other").jsonQueues())
        .containsExactlyInAnyOrder("shell", "other");
    assertThatThrownBy(() -> config(EngineConfig.JSON_QUEUES, "No Queue"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("json.queues")
        .hasMessageContaining("No Queue");
  }
}
