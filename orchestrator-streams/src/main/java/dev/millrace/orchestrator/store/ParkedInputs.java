package dev.millrace.orchestrator.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs of one workflow id and one topic that cannot be taken yet: a start whose definition, or
 * the topic of one of whose queues, is not known here; or the controls of a workflow that has not
 * begun.
 *
 * @param armedTimerMs when they are looked at again, in epoch milliseconds
 * @param records at least one, in the order of their offsets
 */
public record ParkedInputs(long armedTimerMs, List<ParkedRecord> records) {
  public ParkedInputs {
    records = List.copyOf(records);
  }

  /** The same inputs, to be looked at at another time. */
  public ParkedInputs again(long dueMs) {
    return new ParkedInputs(dueMs, records);
  }

  /** The same inputs and one more behind them, to be looked at at the same time. */
  public ParkedInputs and(ParkedRecord next) {
    List<ParkedRecord> all = new ArrayList<>(records);
    all.add(next);
    return new ParkedInputs(armedTimerMs, all);
  }

  /** The bytes that they take in the store. */
  public int storedBytes() {
    return toBytes().length;
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(armedTimerMs);
      out.writeInt(records.size());
      for (ParkedRecord each : records) {
        each.writeTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a ByteArrayOutputStream does not fail
    }
    return bytes.toByteArray();
  }

  static ParkedInputs of(byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    long armedTimerMs = in.getLong();
    List<ParkedRecord> records = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      records.add(ParkedRecord.readFrom(in));
    }
    return new ParkedInputs(armedTimerMs, records);
  }
}
