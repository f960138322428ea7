package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.schemas.MediaTypes;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Encoded payloads within JSON, where the contract writes them as {@code {"$contentType": ...,
 * "$base64": ...}}: the outputs of a step that runs for each item of a list, or an input.
 */
final class EmbeddedPayloads {
  private static final String CONTENT_TYPE = "$contentType";
  private static final String BASE64 = "$base64";
  private static final byte[] MARK = ('"' + BASE64 + '"').getBytes(US_ASCII);
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final UnaryOperator<Payload> decode;
  private boolean found;

  private EmbeddedPayloads(UnaryOperator<Payload> decode) {
    this.decode = decode;
  }

  /** The payload with those in it decoded; the same object when there are none. */
  static Payload decoded(Payload payload, UnaryOperator<Payload> decode) {
    if (!payload.isJson() || !mayContain(payload.data())) {
      return payload;
    }
    JsonNode root;
    try {
      root = JSON.readTree(payload.data());
    } catch (JacksonException e) {
      return payload; // whoever reads it is told
    }
    Optional<Payload> whole = embedded(root);
    if (whole.isPresent()) {
      return decode.apply(whole.get());
    }
    EmbeddedPayloads walk = new EmbeddedPayloads(decode);
    JsonNode decoded = walk.decoded(root);
    return walk.found
        ? new Payload(payload.contentType(), JSON.writeValueAsBytes(decoded))
        : payload;
  }

  private static boolean mayContain(byte[] data) {
    int last = data.length - MARK.length;
    for (int i = 0; i <= last; i++) {
      if (data[i] == '"'
          && data[i + 1] == '$'
          && Arrays.equals(data, i, i + MARK.length, MARK, 0, MARK.length)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode decoded(JsonNode node) {
    Optional<Payload> embedded = embedded(node);
    if (embedded.isPresent()) {
      found = true;
      return node(decode.apply(embedded.get()));
    }
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, decoded(array.get(i)));
      }
    } else if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        field.setValue(decoded(field.getValue()));
      }
    }
    return node;
  }

  private static Optional<Payload> embedded(JsonNode node) {
    if (node.size() != 2 || !node.path(CONTENT_TYPE).isString() || !node.path(BASE64).isString()) {
      return Optional.empty();
    }
    String contentType = node.path(CONTENT_TYPE).stringValue();
    if (!MediaTypes.isEncoded(contentType)) {
      return Optional.empty();
    }
    try {
      byte[] data = Base64.getDecoder().decode(node.path(BASE64).stringValue());
      return Optional.of(new Payload(contentType, data));
    } catch (IllegalArgumentException e) {
      throw new PayloadException(
          Reason.DAMAGED, "an encoded payload within JSON is no base64: " + e.getMessage(), e);
    }
  }

  private static JsonNode node(Payload payload) {
    if (payload.isJson()) {
      try {
        return JSON.readTree(payload.data());
      } catch (JacksonException e) {
        throw new PayloadException(
            Reason.DAMAGED,
            "an encoded payload within JSON is no JSON as it says: " + JsonPlace.of(e),
            e);
      }
    }
    return JSON.createObjectNode()
        .put(CONTENT_TYPE, payload.contentType())
        .put(BASE64, Base64.getEncoder().encodeToString(payload.data()));
  }
}
