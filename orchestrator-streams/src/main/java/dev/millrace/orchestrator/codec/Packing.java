package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian numbers at offsets of a byte array. */
final class Packing {
  private static final VarHandle SHORT = handle(short[].class);
  private static final VarHandle INT = handle(int[].class);
  private static final VarHandle LONG = handle(long[].class);

  private Packing() {}

  private static VarHandle handle(Class<?> arrayType) {
    return MethodHandles.byteArrayViewVarHandle(arrayType, ByteOrder.BIG_ENDIAN);
  }

  static int getUnsignedShort(byte[] bytes, int offset) {
    return (short) SHORT.get(bytes, offset) & 0xffff;
  }

  static void putShort(byte[] bytes, int offset, int value) {
    SHORT.set(bytes, offset, (short) value);
  }

  static int getInt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  static void putInt(byte[] bytes, int offset, int value) {
    INT.set(bytes, offset, value);
  }

  static long getLong(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static void putLong(byte[] bytes, int offset, long value) {
    LONG.set(bytes, offset, value);
  }

  /**
   * A text in UTF-8.
   *
   * @param field what it is, for the error
   * @throws IllegalArgumentException when it is longer than its length field can say
   */
  static byte[] utf8(String field, String text, int most) {
    byte[] utf8 = text.getBytes(UTF_8);
    if (utf8.length > most) {
      throw new IllegalArgumentException(
          "%s of %d bytes, at most %d can be stored".formatted(field, utf8.length, most));
    }
    return utf8;
  }

  /** A time in epoch milliseconds in 6 bytes, enough for 8,900 years. */
  static long getTime(byte[] bytes, int offset) {
    return ((long) getUnsignedShort(bytes, offset) << 32)
        | (getInt(bytes, offset + 2) & 0xffffffffL);
  }

  static void putTime(byte[] bytes, int offset, long value) {
    putShort(bytes, offset, (int) (value >>> 32));
    putInt(bytes, offset + 2, (int) value);
  }
}
