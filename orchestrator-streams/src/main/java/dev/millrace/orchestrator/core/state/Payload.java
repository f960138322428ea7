package dev.millrace.orchestrator.core.state;

import java.util.Arrays;

/**
 * Opaque bytes with a content type. The array is shared, not copied: who makes a payload gives the
 * array away, and nobody writes it afterwards.
 *
 * @param contentType media type; empty means application/json
 * @param data the content
 */
@SuppressWarnings("ArrayRecordComponent") // not copied on purpose; equality is by content, below
public record Payload(String contentType, byte[] data) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload
        && contentType.equals(payload.contentType)
        && Arrays.equals(data, payload.data);
  }

  @Override
  public int hashCode() {
    return 31 * contentType.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Payload[%s, %d bytes]".formatted(contentType, data.length);
  }
}
