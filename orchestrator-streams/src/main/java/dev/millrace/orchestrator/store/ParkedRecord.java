package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * An input that waits, whole, so that a dead letter can carry it untouched.
 *
 * @param sinceMs when it was first read, in epoch milliseconds
 * @param offset the record's offset in its partition of its topic, as it is stored: of the start of
 *     a child it is negative
 * @param timestampMs the record's timestamp
 * @param headers the record's headers
 * @param value the record's value
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ParkedRecord(
    long sinceMs, long offset, long timestampMs, Headers headers, byte[] value) {

  void writeTo(DataOutputStream out) throws IOException {
    out.writeLong(sinceMs);
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
    writeSized(out, value);
  }

  static ParkedRecord readFrom(ByteBuffer in) {
    long sinceMs = in.getLong();
    long offset = in.getLong();
    long timestampMs = in.getLong();
    Headers headers = new RecordHeaders();
    for (int left = in.getInt(); left > 0; left--) {
      String key = new String(readSized(in), UTF_8);
      headers.add(key, in.get() == 0 ? null : readSized(in));
    }
    return new ParkedRecord(sinceMs, offset, timestampMs, headers, readSized(in));
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
