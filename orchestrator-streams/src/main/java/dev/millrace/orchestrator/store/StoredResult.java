package dev.millrace.orchestrator.store;

import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.core.state.Payload;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The result of a step that is kept for other workflows: when it expires (8 bytes), and the output,
 * if there is one.
 *
 * @param expiresAtMs until when it is kept, in epoch milliseconds
 * @param output what the step returned
 */
public record StoredResult(long expiresAtMs, @Nullable Payload output) {
  static StoredResult of(byte[] stored) {
    return new StoredResult(
        ByteBuffer.wrap(stored).getLong(),
        stored.length == Long.BYTES
            ? null
            : PackedPayload.of(Arrays.copyOfRange(stored, Long.BYTES, stored.length)));
  }

  byte[] toBytes() {
    byte[] packed = output == null ? new byte[0] : PackedPayload.toBytes(output);
    return ByteBuffer.allocate(Long.BYTES + packed.length).putLong(expiresAtMs).put(packed).array();
  }
}
