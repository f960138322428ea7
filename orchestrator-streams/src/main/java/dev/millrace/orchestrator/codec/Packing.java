package dev.millrace.orchestrator.codec;

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
