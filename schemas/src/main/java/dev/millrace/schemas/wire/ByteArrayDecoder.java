package dev.millrace.schemas.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro binary from an array that it trusts in nothing: a length or a count is held against
 * the bytes that are left before anything is allocated for it, and text must be UTF-8. An item of a
 * collection takes at least one byte, so a count beyond the bytes left is refused too. Not
 * thread-safe.
 */
final class ByteArrayDecoder extends Decoder {
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int position;

  /** Starts reading at an offset, to the array's end. */
  void reset(byte[] from, int offset) {
    bytes = from;
    position = offset;
  }

  /** Lets go of the array. */
  void clear() {
    bytes = NOTHING;
    position = 0;
  }

  int remaining() {
    return bytes.length - position;
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    byte value = next();
    if (value != 0 && value != 1) {
      throw new IOException("boolean byte " + value + ": must be 0 or 1");
    }
    return value == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw new IOException("integer " + value + ": does not fit in 32 bits");
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long raw = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = next();
      raw |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new IOException("integer longer than 10 bytes");
  }

  @Override
  public float readFloat() throws IOException {
    return Float.intBitsToFloat((int) littleEndian(Integer.BYTES));
  }

  @Override
  public double readDouble() throws IOException {
    return Double.longBitsToDouble(littleEndian(Long.BYTES));
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public String readString() throws IOException {
    int length = length();
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      requireUtf8(length);
    }
    position += length;
    return text;
  }

  /** U+FFFD is what Java puts for broken bytes, but it may also stand in the text itself. */
  private void requireUtf8(int length) throws IOException {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, length));
    } catch (CharacterCodingException e) {
      throw new IOException("text at byte " + position + ": not UTF-8", e);
    }
  }

  @Override
  public void skipString() throws IOException {
    skipBytes();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    byte[] copy = new byte[length()];
    System.arraycopy(bytes, position, copy, 0, copy.length);
    position += copy.length;
    return ByteBuffer.wrap(copy);
  }

  @Override
  public void skipBytes() throws IOException {
    skipFixed(length());
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    withinRemaining(length, "length");
    System.arraycopy(bytes, position, into, start, length);
    position += length;
  }

  @Override
  public void skipFixed(int length) throws IOException {
    withinRemaining(length, "length");
    position += length;
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    return count();
  }

  @Override
  public long arrayNext() throws IOException {
    return count();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return count();
  }

  @Override
  public long mapNext() throws IOException {
    return count();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  /** Skips the blocks that carry their size; the count of the first that does not, or 0. */
  private long skipBlocks() throws IOException {
    while (true) {
      long count = readLong();
      if (count >= 0) {
        return withinRemaining(count, "item count");
      }
      skipFixed(length());
    }
  }

  /** A block's item count; a negative one is followed by the block's size in bytes. */
  private long count() throws IOException {
    long count = readLong();
    if (count < 0) {
      count = -count;
      length();
    }
    return withinRemaining(count, "item count");
  }

  private int length() throws IOException {
    return (int) withinRemaining(readLong(), "length");
  }

  private long withinRemaining(long size, String what) throws IOException {
    if (size < 0 || size > remaining()) {
      throw new EOFException(
          "%s %d at byte %d: only %d bytes are left".formatted(what, size, position, remaining()));
    }
    return size;
  }

  private byte next() throws IOException {
    if (position >= bytes.length) {
      throw new EOFException("ends at byte " + position + ", within a value");
    }
    return bytes[position++];
  }

  private long littleEndian(int size) throws IOException {
    withinRemaining(size, "length");
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes[position++] & 0xffL) << (8 * i);
    }
    return value;
  }
}
