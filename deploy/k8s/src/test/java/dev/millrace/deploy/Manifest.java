package dev.millrace.deploy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One object of Kubernetes as it would be applied. */
record Manifest(JsonNode tree) {
  private static final List<String> WORKLOADS = List.of("StatefulSet", "Deployment");

  String kind() {
    return text("/kind");
  }

  String apiVersion() {
    return text("/apiVersion");
  }

  String name() {
    return text("/metadata/name");
  }

  /** Kind and name, to be named by in a failure. */
  String id() {
    return kind() + "/" + name();
  }

  JsonNode at(String pointer) {
    return tree.at(pointer);
  }

  String text(String pointer) {
    return tree.at(pointer).asString();
  }

  boolean isWorkload() {
    return WORKLOADS.contains(kind());
  }

  /** The pod of a workload: its specification. */
  JsonNode pod() {
    return tree.at("/spec/template/spec");
  }

  /** Labels of a workload's pods. */
  Map<String, String> podLabels() {
    return labels(tree.at("/spec/template/metadata/labels"));
  }

  /** All containers of a workload, those that run first included. */
  Stream<JsonNode> containers() {
    return Stream.of("initContainers", "containers")
        .flatMap(field -> pod().path(field).values().stream());
  }

  /** A map of labels. */
  static Map<String, String> labels(JsonNode node) {
    Map<String, String> labels = new TreeMap<>();
    node.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
    return labels;
  }

  @Override
  public String toString() {
    return id();
  }
}
