package dev.millrace.deploy;

import io.kubernetes.client.custom.QuantityFormatter;
import tools.jackson.databind.JsonNode;

/** Kubernetes' quantities. */
final class Quantity {
  private Quantity() {}

  /** The limit of a container's memory. */
  static long bytes(JsonNode container) {
    return new QuantityFormatter()
        .parse(container.at("/resources/limits/memory").asString())
        .getNumber()
        .longValueExact();
  }
}
