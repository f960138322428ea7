package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Payloads as the contract's record and as the core's data. */
final class PayloadCodec {
  private PayloadCodec() {}

  static dev.millrace.schemas.v1.@Nullable Payload toAvro(@Nullable Payload payload) {
    return payload == null
        ? null
        : new dev.millrace.schemas.v1.Payload(
            payload.contentType(), ByteBuffer.wrap(payload.data()));
  }

  /** The payload in a decoded record, whose buffer it takes over. */
  static @Nullable Payload fromAvro(dev.millrace.schemas.v1.@Nullable Payload payload, String field)
      throws MalformedRecordException {
    if (payload == null) {
      return null;
    }
    // Each character has at most 3 bytes of UTF-8.
    int maxChars = PackedPayload.CONTENT_TYPE_BYTES / 3;
    if (payload.getContentType().length() > maxChars) {
      throw new MalformedRecordException(
          "%s.contentType has %d characters, at most %d are allowed"
              .formatted(field, payload.getContentType().length(), maxChars),
          null);
    }
    return new Payload(payload.getContentType(), array(payload.getData()));
  }

  /** As {@link #fromAvro}, and not larger than a payload may be. */
  static @Nullable Payload fromAvroWithinLimit(
      dev.millrace.schemas.v1.@Nullable Payload payload, String field)
      throws MalformedRecordException {
    if (payload != null && payload.getData().remaining() > Limits.PAYLOAD_BYTES) {
      throw new MalformedRecordException(
          "%s has %d bytes, at most %d are allowed; store it elsewhere and send a reference"
              .formatted(field, payload.getData().remaining(), Limits.PAYLOAD_BYTES),
          null);
    }
    return fromAvro(payload, field);
  }

  private static byte[] array(ByteBuffer buffer) {
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.position() == 0
        && buffer.remaining() == buffer.array().length) {
      return buffer.array();
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return copy;
  }
}
