package dev.millrace.schemas.wire;

import dev.millrace.schemas.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a payload as a JSON value: one that is JSON as it is, without its white space; any other
 * as {@code {"$contentType": ..., "$base64": ...}}, and so is JSON that is nested deeper than
 * {@link Limits#JSON_DEPTH}, for it could not be written within other JSON. Thread-safe.
 */
public final class PayloadJson {
  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(Limits.JSON_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PayloadJson() {}

  /**
   * Writes a payload where a value may stand.
   *
   * @param contentType media type; empty means application/json
   * @param data the content
   */
  public static void write(JsonGenerator json, String contentType, byte[] data) {
    boolean isJson = contentType.isEmpty() || contentType.equals("application/json");
    JsonNode tree = isJson ? tree(data) : null;
    if (tree != null) {
      JSON.writeTree(json, tree);
      return;
    }
    json.writeStartObject();
    json.writeStringProperty(JsonFields.CONTENT_TYPE, isJson ? "application/json" : contentType);
    json.writeStringProperty(JsonFields.BASE64, Base64.getEncoder().encodeToString(data));
    json.writeEndObject();
  }

  /** Writes a payload that is JSON byte for byte, so that it can be sent again; others as above. */
  static void writeUnchanged(JsonGenerator json, String contentType, byte[] data) {
    if (contentType.isEmpty() && tree(data) != null) {
      json.writeRawValue(new String(data, StandardCharsets.UTF_8));
    } else {
      write(json, contentType, data);
    }
  }

  /** The JSON in a payload; null when it is none, or when it would read as the base64 form. */
  private static @Nullable JsonNode tree(byte[] data) {
    try {
      JsonNode tree = JSON.readTree(data);
      boolean ambiguous = tree.has(JsonFields.BASE64) || tree.has(JsonFields.CONTENT_TYPE);
      return tree.isMissingNode() || ambiguous ? null : tree;
    } catch (JacksonException e) {
      return null; // Shown as base64: what a step returned must not keep its history from being
      // read.
    }
  }
}
