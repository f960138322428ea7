package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.orchestrator.topics.TopicSpec;
import dev.millrace.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Strimzi's topics are those that {@code millrace topics apply} would make. */
class KafkaResourcesTest {
  private record Topic(int partitions, int replicas, Map<String, String> config) {}

  @ParameterizedTest
  @CsvSource({"overlays/prod, 3", "overlays/dev, 1"})
  void topicsAreAsPlanned(String folder, short replicas) {
    // Without kubectl nothing is patched, and the patches are what makes dev differ.
    short expected = Kustomization.hasKubectl() ? replicas : 3;
    TopicPlan plan =
        TopicPlan.builder(Topics.standard())
            .queues(List.of("default"))
            .replicationFactor(expected)
            .build();
    Map<String, Topic> planned = new TreeMap<>();
    for (TopicSpec spec : plan.topics()) {
      Map<String, String> config = new TreeMap<>();
      spec.configs().forEach((name, rule) -> config.put(name, rule.value()));
      planned.put(
          spec.name(),
          new Topic(spec.partitions().orElse(TopicPlan.DEFAULT_PARTITIONS), expected, config));
    }
    Map<String, Topic> deployed = new TreeMap<>();
    for (Manifest topic : ofKind(folder, "KafkaTopic")) {
      deployed.put(
          topic.name(),
          new Topic(
              topic.at("/spec/partitions").asInt(),
              topic.at("/spec/replicas").asInt(),
              Manifest.labels(topic.at("/spec/config"))));
    }
    assertThat(deployed).isEqualTo(planned);
  }

  @ParameterizedTest
  @CsvSource({"overlays/prod", "overlays/dev"})
  void everythingBelongsToTheOneCluster(String folder) {
    Manifest kafka = ofKind(folder, "Kafka").getFirst();
    for (String kind : List.of("KafkaTopic", "KafkaUser", "KafkaNodePool")) {
      assertThat(ofKind(folder, kind))
          .isNotEmpty()
          .allSatisfy(
              each ->
                  assertThat(each.at("/metadata/labels/strimzi.io~1cluster").asString())
                      .isEqualTo(kafka.name()));
    }
    JsonNode connection =
        ofKind(folder, "ConfigMap").stream()
            .filter(each -> each.name().startsWith("millrace-connection"))
            .findFirst()
            .orElseThrow()
            .at("/data");
    assertThat(connection.path("MILLRACE_BOOTSTRAP_SERVERS").asString())
        .isEqualTo(
            "%s-kafka-bootstrap:%d"
                .formatted(kafka.name(), kafka.at("/spec/kafka/listeners/0/port").asInt()));
  }

  /** As many replicas as there are brokers to hold them, and one of them may be away. */
  @ParameterizedTest
  @CsvSource({"overlays/prod", "overlays/dev"})
  void brokersAreEnoughForTheReplicas(String folder) {
    int brokers =
        ofKind(folder, "KafkaNodePool").stream()
            .filter(each -> each.at("/spec/roles").toString().contains("broker"))
            .mapToInt(each -> each.at("/spec/replicas").asInt())
            .sum();
    JsonNode config = ofKind(folder, "Kafka").getFirst().at("/spec/kafka/config");
    for (String name :
        List.of(
            "default.replication.factor",
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor")) {
      assertThat(config.path(name).asInt()).as(name).isEqualTo(brokers);
    }
    assertThat(config.path("min.insync.replicas").asInt()).isEqualTo(brokers > 1 ? brokers - 1 : 1);
    assertThat(config.path("auto.create.topics.enable").asBoolean(true)).isFalse();
  }

  private static List<Manifest> ofKind(String folder, String kind) {
    return Kustomization.render(folder).stream().filter(each -> each.kind().equals(kind)).toList();
  }
}
