package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outputs at the end of a packed workflow, in the order of their completion: step (2 bytes),
 * packed length (2 bytes), packed payload. Not thread-safe.
 */
final class RidingOutputs {
  private static final int HEADER_BYTES = 4;

  /**
   * How many times they are searched before an index pays: a step that few others lead to needs
   * none, a join of hundreds does.
   */
  private static final int SCANS = 8;

  private int scans;
  private @Nullable Map<Integer, Integer> offsetByStep;

  /** Adds an output of a packed size to the end of a record and gives the longer record. */
  byte[] append(byte[] bytes, int step, Payload output, int size) {
    moved();
    byte[] grown = Arrays.copyOf(bytes, bytes.length + HEADER_BYTES + size);
    putShort(grown, bytes.length, step);
    putShort(grown, bytes.length + 2, size);
    PackedPayload.write(output, grown, bytes.length + HEADER_BYTES);
    return grown;
  }

  /** The output of a step that has one here. */
  Payload find(byte[] bytes, int start, int step) {
    int at = offset(bytes, start, step) + HEADER_BYTES;
    return PackedPayload.read(bytes, at, at + getUnsignedShort(bytes, at - 2));
  }

  /** The outputs are at other offsets now. */
  void moved() {
    scans = 0;
    offsetByStep = null;
  }

  private int offset(byte[] bytes, int start, int step) {
    Map<Integer, Integer> offsets = offsetByStep;
    if (offsets == null && ++scans > SCANS) {
      offsets = new HashMap<>();
      for (int at = start; at < bytes.length; at = next(bytes, at)) {
        offsets.put(getUnsignedShort(bytes, at), at);
      }
      offsetByStep = offsets;
    }
    if (offsets != null) {
      return offsets.getOrDefault(step, bytes.length);
    }
    int at = start;
    while (getUnsignedShort(bytes, at) != step) {
      at = next(bytes, at);
    }
    return at;
  }

  private static int next(byte[] bytes, int at) {
    return at + HEADER_BYTES + getUnsignedShort(bytes, at + 2);
  }
}
