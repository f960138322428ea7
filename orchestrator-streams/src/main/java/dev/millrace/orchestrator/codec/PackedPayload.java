package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.Arrays;

/** A payload as bytes of its own: length of the content type (1 byte), content type, data. */
public final class PackedPayload {
  /** Longest content type in UTF-8 bytes. */
  public static final int CONTENT_TYPE_BYTES = 255;

  private PackedPayload() {}

  /** How many bytes a payload packs into. */
  static int size(Payload payload) {
    return 1 + contentType(payload).length + payload.data().length;
  }

  /**
   * Writes a payload and gives the offset behind it.
   *
   * @throws IllegalArgumentException when its content type is too long
   */
  static int write(Payload payload, byte[] target, int offset) {
    byte[] contentType = contentType(payload);
    target[offset] = (byte) contentType.length;
    System.arraycopy(contentType, 0, target, offset + 1, contentType.length);
    int dataOffset = offset + 1 + contentType.length;
    System.arraycopy(payload.data(), 0, target, dataOffset, payload.data().length);
    return dataOffset + payload.data().length;
  }

  /** The payload between two offsets. */
  static Payload read(byte[] source, int offset, int end) {
    int length = source[offset] & 0xff;
    String contentType = length == 0 ? "" : new String(source, offset + 1, length, UTF_8);
    return new Payload(contentType, Arrays.copyOfRange(source, offset + 1 + length, end));
  }

  /** A payload as a value of its own. */
  public static byte[] toBytes(Payload payload) {
    byte[] bytes = new byte[size(payload)];
    write(payload, bytes, 0);
    return bytes;
  }

  /** The payload of {@link #toBytes}. */
  public static Payload of(byte[] bytes) {
    return read(bytes, 0, bytes.length);
  }

  private static byte[] contentType(Payload payload) {
    byte[] contentType = payload.contentType().getBytes(UTF_8);
    if (contentType.length > CONTENT_TYPE_BYTES) {
      throw new IllegalArgumentException(
          "content type of %d bytes, at most %d are allowed"
              .formatted(contentType.length, CONTENT_TYPE_BYTES));
    }
    return contentType;
  }
}
