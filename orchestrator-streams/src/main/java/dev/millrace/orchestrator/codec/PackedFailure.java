package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Failure;

/** A failure as bytes: type and message with 2-byte lengths, whether it is retryable (1 byte). */
final class PackedFailure {
  private PackedFailure() {}

  /**
   * Packs a failure.
   *
   * @throws IllegalArgumentException when its type or message is too long
   */
  static byte[] toBytes(Failure failure) {
    byte[] type = Packing.utf8("failure type", failure.type(), 0xffff);
    byte[] message = Packing.utf8("failure message", failure.message(), 0xffff);
    byte[] bytes = new byte[2 + type.length + 2 + message.length + 1];
    int messageAt = 2 + type.length;
    putShort(bytes, 0, type.length);
    System.arraycopy(type, 0, bytes, 2, type.length);
    putShort(bytes, messageAt, message.length);
    System.arraycopy(message, 0, bytes, messageAt + 2, message.length);
    bytes[bytes.length - 1] = (byte) (failure.retryable() ? 1 : 0);
    return bytes;
  }

  /** The failure that is packed from an offset to the end of an array. */
  static Failure read(byte[] bytes, int at) {
    int typeLength = getUnsignedShort(bytes, at);
    String type = new String(bytes, at + 2, typeLength, UTF_8);
    int messageAt = at + 2 + typeLength;
    String message = new String(bytes, messageAt + 2, getUnsignedShort(bytes, messageAt), UTF_8);
    return new Failure(type, message, bytes[bytes.length - 1] != 0);
  }
}
