package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Topics;
import dev.millrace.worker.Profile;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What KEDA is told, against the workers that it scales and the topics that it looks at. */
class ScalingTest {
  private static final Topics TOPICS = Topics.standard();

  private static Manifest scaler(List<Manifest> all) {
    return all.stream()
        .filter(each -> each.kind().equals("ScaledObject"))
        .findFirst()
        .orElseThrow();
  }

  private static Manifest target(List<Manifest> all) {
    JsonNode target = scaler(all).at("/spec/scaleTargetRef");
    String id = target.path("kind").asString() + "/" + target.path("name").asString();
    return all.stream()
        .filter(
            each ->
                each.id().equals(id)
                    && each.apiVersion().equals(target.path("apiVersion").asString()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + id));
  }

  private static String queue(List<Manifest> all) {
    return target(all).containers().findFirst().orElseThrow().path("args").values().stream()
        .map(JsonNode::asString)
        .filter(argument -> argument.startsWith("--queue="))
        .map(argument -> argument.substring("--queue=".length()))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlays/prod", "src/test/kustomize/backlog"})
  void scaledWorkersExistAndNobodyElseSaysHowMany(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    assertThat(target(all).kind()).isEqualTo("Deployment");
    if (Kustomization.hasKubectl()) {
      assertThat(target(all).at("/spec/replicas").isMissingNode()).isTrue();
    }
    assertThat(all)
        .filteredOn(each -> each.kind().equals("ScaledObject"))
        .noneMatch(each -> each.text("/spec/scaleTargetRef/name").equals("millrace-engine"));
  }

  @ParameterizedTest
  @ValueSource(strings = "overlays/prod")
  void lagIsThatOfTheQueuesWorkers(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    JsonNode trigger = scaler(all).at("/spec/triggers/0/metadata");
    assertThat(trigger.path("topic").asString()).isEqualTo(TOPICS.commands(queue(all)));
    assertThat(trigger.path("consumerGroup").asString()).isEqualTo(TOPICS.workerGroup(queue(all)));
    String user = scaler(all).at("/spec/triggers/0/authenticationRef/name").asString();
    assertThat(all).extracting(Manifest::id).contains("TriggerAuthentication/" + user);
    assertThat(all).extracting(Manifest::id).contains("KafkaUser/" + user);
  }

  @ParameterizedTest
  @ValueSource(strings = "overlays/prod")
  void noMoreWorkersThanPartitions(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    Manifest topic =
        all.stream()
            .filter(each -> each.id().equals("KafkaTopic/" + TOPICS.commands(queue(all))))
            .findFirst()
            .orElseThrow();
    assertThat(scaler(all).at("/spec/maxReplicaCount").asInt())
        .isLessThanOrEqualTo(topic.at("/spec/partitions").asInt());
  }

  /** Transactions leave one offset a partition that nobody commits. */
  @ParameterizedTest
  @ValueSource(strings = "overlays/prod")
  void activationIsAboveTheLagThatNeverGoesAway(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    boolean exactlyOnce =
        all.stream()
            .filter(each -> each.kind().equals("ConfigMap"))
            .flatMap(each -> each.at("/data").values().stream())
            .anyMatch(
                text ->
                    "exactly-once"
                        .equals(Kustomization.properties(text.asString()).get("guarantee")));
    int activation = scaler(all).at("/spec/triggers/0/metadata/activationLagThreshold").asInt(-1);
    if (exactlyOnce) {
      assertThat(activation)
          .isGreaterThanOrEqualTo(scaler(all).at("/spec/maxReplicaCount").asInt());
      assertThat(scaler(all).at("/spec/minReplicaCount").asInt()).isPositive();
    } else {
      assertThat(activation).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlays/prod", "src/test/kustomize/backlog"})
  void fallbackAndCalmScalingInAreThere(String folder) {
    Manifest scaler = scaler(Kustomization.render(folder));
    int most = scaler.at("/spec/maxReplicaCount").asInt();
    assertThat(scaler.at("/spec/fallback/replicas").asInt()).isBetween(1, most);
    String down = "/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown";
    assertThat(scaler.at(down + "/stabilizationWindowSeconds").asInt()).isGreaterThanOrEqualTo(60);
  }

  @ParameterizedTest
  @ValueSource(strings = "overlays/prod")
  void aWorkerIsMeantToHaveItsSlotsFullAndAsManyPartitionsAsTheOthers(String folder) {
    JsonNode trigger = scaler(Kustomization.render(folder)).at("/spec/triggers/0/metadata");
    assertThat(trigger.path("lagThreshold").asString())
        .isEqualTo(Integer.toString(Profile.LATENCY.slots()));
    assertThat(trigger.path("ensureEvenDistributionOfPartitions").asString()).isEqualTo("true");
  }

  /** This trigger does not know of partitions, so there is to be room in workers that have more. */
  @ParameterizedTest
  @ValueSource(strings = "src/test/kustomize/backlog")
  void aWorkerIsMeantToHaveThreeQuartersOfItsSlotsFull(String folder) {
    JsonNode trigger = scaler(Kustomization.render(folder)).at("/spec/triggers/0/metadata");
    assertThat(trigger.path("targetValue").asString())
        .isEqualTo(Integer.toString(Profile.LATENCY.slots() * 3 / 4));
  }

  @ParameterizedTest
  @ValueSource(strings = "src/test/kustomize/backlog")
  void backlogIsAskedOfTheEnginesService(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    JsonNode trigger = scaler(all).at("/spec/triggers/0/metadata");
    Manifest service =
        all.stream().filter(each -> each.id().equals("Service/millrace")).findFirst().orElseThrow();
    assertThat(trigger.path("url").asString())
        .isEqualTo(
            "http://%s.%s.svc:%d/backlog"
                .formatted(
                    service.name(),
                    Kustomization.NAMESPACE,
                    service.at("/spec/ports/0/port").asInt()));
    assertThat(trigger.path("valueLocation").asString())
        .isEqualTo("queues.%s.backlog".formatted(queue(all)));
  }
}
