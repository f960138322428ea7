package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

/** Whatever selects pods selects some. */
class SelectorsTest {
  static final List<String> FOLDERS = Kustomization.ALL;

  /** One that picks pods by labels, and what for. */
  private record Selector(String of, JsonNode labels) {
    boolean matches(Map<String, String> pod) {
      boolean equal =
          Manifest.labels(labels.path("matchLabels")).entrySet().stream()
              .allMatch(label -> label.getValue().equals(pod.get(label.getKey())));
      boolean in =
          labels.path("matchExpressions").values().stream()
              .allMatch(
                  each ->
                      each.path("values").values().stream()
                          .anyMatch(
                              value ->
                                  value.asString().equals(pod.get(each.path("key").asString()))));
      return equal && in;
    }
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void everySelectorMatchesAPod(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    List<Map<String, String>> pods =
        all.stream().filter(Manifest::isWorkload).map(Manifest::podLabels).toList();
    assertThat(all.stream().flatMap(SelectorsTest::selectors))
        .isNotEmpty()
        .allSatisfy(selector -> assertThat(pods).anyMatch(selector::matches));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void workloadsSelectTheirOwnPodsAndNoOthers(String folder) {
    List<Manifest> workloads =
        Kustomization.render(folder).stream().filter(Manifest::isWorkload).toList();
    for (Manifest workload : workloads) {
      Selector own = new Selector(workload.id(), workload.at("/spec/selector"));
      assertThat(workloads.stream().filter(each -> own.matches(each.podLabels())))
          .containsExactly(workload);
    }
  }

  private static Stream<Selector> selectors(Manifest manifest) {
    List<Selector> found = new ArrayList<>();
    switch (manifest.kind()) {
      case "Service" ->
          found.add(
              new Selector(
                  manifest.id(),
                  tools.jackson.databind.node.JsonNodeFactory.instance
                      .objectNode()
                      .set("matchLabels", manifest.at("/spec/selector"))));
      case "PodDisruptionBudget", "PodMonitor" ->
          found.add(new Selector(manifest.id(), manifest.at("/spec/selector")));
      case "NetworkPolicy" ->
          found.add(new Selector(manifest.id(), manifest.at("/spec/podSelector")));
      case "StatefulSet", "Deployment" -> {
        found.add(new Selector(manifest.id(), manifest.at("/spec/selector")));
        manifest
            .pod()
            .path("topologySpreadConstraints")
            .values()
            .forEach(
                spread ->
                    found.add(
                        new Selector(manifest.id() + " spread", spread.path("labelSelector"))));
      }
      default -> {
        // selects no pods
      }
    }
    return found.stream();
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void budgetsLetPodsGoAndKeepSome(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    Manifest budget =
        all.stream()
            .filter(each -> each.kind().equals("PodDisruptionBudget"))
            .findFirst()
            .orElseThrow();
    Selector selector = new Selector(budget.id(), budget.at("/spec/selector"));
    int replicas =
        all.stream()
            .filter(each -> each.isWorkload() && selector.matches(each.podLabels()))
            .findFirst()
            .orElseThrow()
            .at("/spec/replicas")
            .asInt();
    int gone = budget.at("/spec/maxUnavailable").asInt();
    assertThat(gone).isPositive();
    if (replicas > 1) {
      assertThat(gone).isLessThan(replicas);
    }
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void portsOfProbesServicesAndPoliciesAreThoseOfContainers(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    List<String> names =
        all.stream()
            .filter(Manifest::isWorkload)
            .flatMap(Manifest::containers)
            .flatMap(container -> container.path("ports").values().stream())
            .map(port -> port.path("name").asString())
            .toList();
    for (Manifest manifest : all) {
      manifest
          .at("/spec/ports")
          .values()
          .forEach(port -> assertThat(names).contains(port.path("targetPort").asString()));
      manifest
          .at("/spec/podMetricsEndpoints")
          .values()
          .forEach(port -> assertThat(names).contains(port.path("port").asString()));
      if (manifest.isWorkload()) {
        manifest
            .containers()
            .flatMap(
                container ->
                    Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                        .map(probe -> container.path(probe).at("/httpGet/port")))
            .filter(port -> !port.isMissingNode())
            .forEach(port -> assertThat(names).contains(port.asString()));
      }
    }
  }
}
