package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A start that cannot run yet: its definition, or the topic of one of its queues, is not known
 * here. It keeps the whole record, so that a dead letter can carry it untouched.
 *
 * @param sinceMs when it was first read, in epoch milliseconds
 * @param armedTimerMs when it is tried again, in epoch milliseconds
 * @param offset the record's offset in its partition of the start topic
 * @param timestampMs the record's timestamp
 * @param headers the record's headers
 * @param value the record's value
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ParkedStart(
    long sinceMs, long armedTimerMs, long offset, long timestampMs, Headers headers, byte[] value) {

  /** The same start, to be tried again at another time. */
  public ParkedStart retryAt(long dueMs) {
    return new ParkedStart(sinceMs, dueMs, offset, timestampMs, headers, value);
  }

  /** The bytes that it takes in the store. */
  public int storedBytes() {
    return toBytes().length;
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length + 64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(sinceMs);
      out.writeLong(armedTimerMs);
      out.writeLong(offset);
      out.writeLong(timestampMs);
      Header[] all = headers.toArray();
      out.writeInt(all.length);
      for (Header header : all) {
        writeSized(out, header.key().getBytes(UTF_8));
        byte[] headerValue = header.value();
        out.writeBoolean(headerValue != null);
        if (headerValue != null) {
          writeSized(out, headerValue);
        }
      }
      out.write(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a ByteArrayOutputStream does not fail
    }
    return bytes.toByteArray();
  }

  static ParkedStart of(byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    long sinceMs = in.getLong();
    long armedTimerMs = in.getLong();
    long offset = in.getLong();
    long timestampMs = in.getLong();
    Headers headers = new RecordHeaders();
    for (int left = in.getInt(); left > 0; left--) {
      String key = new String(readSized(in), UTF_8);
      headers.add(key, in.get() == 0 ? null : readSized(in));
    }
    byte[] value = new byte[in.remaining()];
    in.get(value);
    return new ParkedStart(sinceMs, armedTimerMs, offset, timestampMs, headers, value);
  }

  private static void writeSized(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] readSized(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }
}
