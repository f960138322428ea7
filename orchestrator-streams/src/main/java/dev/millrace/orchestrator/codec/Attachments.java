package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What hangs at the end of a packed workflow, in the order in which it came: kind (1 byte), key (2
 * bytes), length (2 bytes), content. No two have the same kind and key. Not thread-safe.
 */
final class Attachments {
  /** Most bytes of one. */
  static final int BYTES = 0xffff;

  private static final int HEADER_BYTES = 5;
  private static final int NONE = -1;

  /**
   * How many times they are searched before an index pays: a step that few others lead to needs
   * none, a join of hundreds does.
   */
  private static final int SCANS = 8;

  private int scans;
  private @Nullable Map<Integer, Integer> offsets;

  /** What can be attached; the code is stored. */
  enum Kind {
    /** The output of the step that is the key. */
    OUTPUT(1, true),
    /** How the workflow ends. */
    OUTCOME(2, false),
    /** What the workflow returns. */
    RESULT(3, false),
    /** The steps to compensate, 2 bytes each. */
    TO_COMPENSATE(4, false),
    /** A signal that is kept, see PackedControls; the key is any number. */
    SIGNAL(5, false),
    /** Who is told how the workflow ends. */
    PARENT(6, false),
    /** Ids of controls that were applied, see ControlIds. */
    CONTROL_IDS(7, false),
    /** The clocks and the progress of the step that is the key, see PackedClocks. */
    CLOCKS(8, true),
    /** The branches of the step that is the key. */
    BRANCHES(10, true),
    /** The workflow that the step that is the key waits for. */
    CHILD(12, true),
    /** What the end of the step that is the key means to others, 2 bytes each. */
    TURNS(13, true),
    /** How many items of a chunk of branches have failed, 4 bytes. */
    FAILED_ITEMS(14, false),
    /** What the result of the open attempt of the step that is the key is kept under. */
    RESULT_KEY(20, true),
    /** Which slot the output of the step that is the key has, when that is not its own. */
    OUTPUT_SLOT(21, true);

    private final byte code;

    /** Whether the key is a step. */
    private final boolean ofStep;

    Kind(int code, boolean ofStep) {
      this.code = (byte) code;
      this.ofStep = ofStep;
    }

    private static Kind ofCode(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalStateException(
          "attachment of an unknown kind %d; run the version that wrote it".formatted(code));
    }
  }

  /** Adds one to the end of a record and gives the longer record. */
  byte[] append(byte[] bytes, Kind kind, int key, byte[] content) {
    if (content.length > BYTES) {
      throw new IllegalArgumentException(
          "%s of %d bytes, at most %d can be attached".formatted(kind, content.length, BYTES));
    }
    moved();
    int at = bytes.length;
    byte[] grown = Arrays.copyOf(bytes, at + HEADER_BYTES + content.length);
    grown[at] = kind.code;
    putShort(grown, at + 1, key);
    putShort(grown, at + 3, content.length);
    System.arraycopy(content, 0, grown, at + HEADER_BYTES, content.length);
    return grown;
  }

  /** Takes one away, if it is there, and gives the record without it. */
  byte[] remove(byte[] bytes, int start, Kind kind, int key) {
    int at = offset(bytes, start, kind, key);
    if (at == NONE) {
      return bytes;
    }
    moved();
    int next = next(bytes, at);
    byte[] shrunk = Arrays.copyOf(bytes, bytes.length - (next - at));
    System.arraycopy(bytes, next, shrunk, at, bytes.length - next);
    return shrunk;
  }

  /** The content of one, or null. */
  byte @Nullable [] find(byte[] bytes, int start, Kind kind, int key) {
    int at = offset(bytes, start, kind, key);
    return at == NONE ? null : Arrays.copyOfRange(bytes, at + HEADER_BYTES, next(bytes, at));
  }

  /** The keys of those of a kind, in the order in which they came. */
  int[] keys(byte[] bytes, int start, Kind kind) {
    IntStream.Builder keys = IntStream.builder();
    for (int at = start; at < bytes.length; at = next(bytes, at)) {
      if (bytes[at] == kind.code) {
        keys.add(getUnsignedShort(bytes, at + 1));
      }
    }
    return keys.build().toArray();
  }

  /**
   * Gives all that are keyed by steps the keys that these steps have from now on.
   *
   * @param later of each step that key, or less than 0 for a step that is no more: it has none
   */
  void rekey(byte[] bytes, int start, int[] later) {
    moved();
    for (int at = start; at < bytes.length; at = next(bytes, at)) {
      Kind kind = Kind.ofCode(bytes[at]);
      if (kind.ofStep) {
        int step = getUnsignedShort(bytes, at + 1);
        if (later[step] < 0) {
          throw new IllegalStateException("step %d is no more and has %s".formatted(step, kind));
        }
        putShort(bytes, at + 1, later[step]);
      }
    }
  }

  /** They are at other offsets now. */
  void moved() {
    scans = 0;
    offsets = null;
  }

  private int offset(byte[] bytes, int start, Kind kind, int key) {
    int name = kind.code << 16 | key;
    Map<Integer, Integer> known = offsets;
    if (known == null && ++scans > SCANS) {
      known = new HashMap<>();
      for (int at = start; at < bytes.length; at = next(bytes, at)) {
        known.put(name(bytes, at), at);
      }
      offsets = known;
    }
    if (known != null) {
      return known.getOrDefault(name, NONE);
    }
    for (int at = start; at < bytes.length; at = next(bytes, at)) {
      if (name(bytes, at) == name) {
        return at;
      }
    }
    return NONE;
  }

  private static int name(byte[] bytes, int at) {
    return bytes[at] << 16 | getUnsignedShort(bytes, at + 1);
  }

  private static int next(byte[] bytes, int at) {
    return at + HEADER_BYTES + getUnsignedShort(bytes, at + 3);
  }
}
