package dev.millrace.perf.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.perf.scaling.ScalingRules.Kind;
import dev.millrace.perf.scaling.ScalingRules.Policy;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The numbers that the loop runs with are those that are deployed. */
final class ScalingSettingsTest {
  @Test
  void lagIsScaledByAsItsManifestSays() throws IOException {
    assertThat(deployed("lag", "lagThreshold", "activationLagThreshold"))
        .isEqualTo(ScalingSettings.ofLag());
  }

  @Test
  void backlogIsScaledByAsItsManifestSays() throws IOException {
    assertThat(deployed("backlog", "targetValue", "activationTargetValue"))
        .isEqualTo(ScalingSettings.ofBacklog());
  }

  private static ScalingSettings deployed(String component, String threshold, String activation)
      throws IOException {
    JsonNode spec = spec(component);
    JsonNode trigger = spec.at("/triggers/0");
    JsonNode metadata = trigger.path("metadata");
    int most = spec.path("maxReplicaCount").asInt();
    boolean isKafka = trigger.path("type").asString().equals("kafka");
    JsonNode behavior = spec.at("/advanced/horizontalPodAutoscalerConfig/behavior");
    assertThat(spec.at("/fallback/behavior").asString()).isEqualTo("currentReplicasIfHigher");
    assertThat(behavior.at("/scaleUp/selectPolicy").asString("Max")).isEqualTo("Max");
    assertThat(behavior.at("/scaleDown/selectPolicy").asString("Max")).isEqualTo("Max");
    return new ScalingSettings(
        new ScalingSettings.Trigger(
            metadata.path(threshold).asLong(),
            metadata.path(activation).asLong(),
            isKafka ? most : 0,
            metadata.path("ensureEvenDistributionOfPartitions").asString("false").equals("true")),
        spec.path("minReplicaCount").asInt(),
        most,
        new ScalingSettings.Times(
            seconds(spec.path("pollingInterval")),
            seconds(spec.path("cooldownPeriod")),
            Duration.ofSeconds(15)),
        rules(behavior.path("scaleUp")),
        rules(behavior.path("scaleDown")),
        new ScalingSettings.Fallback(
            spec.at("/fallback/failureThreshold").asInt(), spec.at("/fallback/replicas").asInt()));
  }

  private static ScalingRules rules(JsonNode direction) {
    List<Policy> policies =
        direction.path("policies").values().stream()
            .map(
                policy ->
                    new Policy(
                        policy.path("type").asString().equals("Pods") ? Kind.PODS : Kind.PERCENT,
                        policy.path("value").asInt(),
                        seconds(policy.path("periodSeconds"))))
            .toList();
    return new ScalingRules(seconds(direction.path("stabilizationWindowSeconds")), policies);
  }

  private static Duration seconds(JsonNode node) {
    return Duration.ofSeconds(node.asLong());
  }

  private static JsonNode spec(String component) throws IOException {
    Path file =
        Path.of("..", "deploy", "k8s", "components", "keda", component, "scaled-object.yaml");
    try (Reader yaml = Files.newBufferedReader(file)) {
      Object read = new Load(LoadSettings.builder().build()).loadFromReader(yaml);
      JsonNode manifest = JsonMapper.shared().valueToTree(read);
      return manifest.path("spec");
    }
  }
}
