package dev.millrace.worker;

import dev.millrace.schemas.MediaTypes;
import java.util.Objects;

/**
 * Bytes and what they are: a workflow's input, a step's output.
 *
 * @param contentType media type of the data, such as {@code application/avro}; empty means {@code
 *     application/json}
 * @param data the content, not copied: do not change it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; nobody compares payloads
public record Payload(String contentType, byte[] data) {
  /**
   * Media type of one Avro record in Confluent's wire format: a zero byte, the schema id in four
   * bytes, the Avro binary.
   */
  public static final String AVRO = "application/avro";

  private static final String JSON = "application/json";

  public Payload {
    Objects.requireNonNull(contentType, "contentType");
    Objects.requireNonNull(data, "data");
  }

  /** A payload of JSON text in UTF-8. */
  public static Payload json(byte[] data) {
    return new Payload("", data);
  }

  /** Whether the content type says JSON: empty, {@code application/json} or {@code ...+json}. */
  public boolean isJson() {
    if (contentType.isEmpty()) {
      return true;
    }
    String type = mediaType();
    return type.equalsIgnoreCase(JSON)
        || type.regionMatches(true, type.length() - "+json".length(), "+json", 0, "+json".length());
  }

  /** Whether the content type is {@link #AVRO}, whatever its parameters. */
  public boolean isAvro() {
    return mediaType().equalsIgnoreCase(AVRO);
  }

  /**
   * Whether it stands for another payload: compressed, encrypted, or a reference to where it is.
   * Handlers get such ones only where the worker has no {@linkplain WorkerBuilder#payloads codec}.
   */
  public boolean isEncoded() {
    return MediaTypes.isEncoded(contentType);
  }

  private String mediaType() {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).trim();
  }
}
