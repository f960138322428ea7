package dev.millrace.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array that Avro's primitive values are appended to. Not thread-safe. */
final class ByteArrayEncoder {
  private static final int INITIAL_BYTES = 512;

  /** A buffer that one large record made larger than this is not kept for the next. */
  private static final int KEPT_BYTES = 64 * 1024;

  private static final int LONGEST_VARINT = 10;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size;

  void writeByte(int value) {
    reserve(1);
    buffer[size++] = (byte) value;
  }

  /** Zigzag varint: Avro's int, long, enum index, union index, length and count. */
  void writeLong(long value) {
    reserve(LONGEST_VARINT);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  void writeDouble(double value) {
    reserve(Double.BYTES);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < Double.BYTES; i++) {
      buffer[size++] = (byte) (bits >>> (8 * i));
    }
  }

  void writeString(String text) {
    int length = text.length();
    reserve(LONGEST_VARINT + length);
    int start = size;
    writeLong(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        size = start;
        writeUtf8(text);
        return;
      }
      buffer[size++] = (byte) c;
    }
  }

  private void writeUtf8(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    writeLong(utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, buffer, size, utf8.length);
    size += utf8.length;
  }

  /** Writes from the buffer's position to its limit and leaves both as they are. */
  void writeBytes(ByteBuffer bytes) {
    int length = bytes.remaining();
    writeLong(length);
    reserve(length);
    bytes.get(bytes.position(), buffer, size, length);
    size += length;
  }

  /** What was written, as a new array; the next write starts afresh. */
  byte[] take() {
    byte[] taken = Arrays.copyOf(buffer, size);
    clear();
    return taken;
  }

  /** Forgets what was written. */
  void clear() {
    size = 0;
    if (buffer.length > KEPT_BYTES) {
      buffer = new byte[INITIAL_BYTES];
    }
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, buffer.length + (buffer.length >> 1)));
    }
  }
}
