package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getTime;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;
import static dev.millrace.orchestrator.codec.Packing.putTime;

/**
 * The tables of a packed workflow. In an array that belongs to the store, changes wait until they
 * are told to be written; a few of them are remembered, and more make it copy the array. Not
 * thread-safe.
 */
final class RecordBody {
  /** So few that looking through all of them costs less than anything cleverer. */
  private static final int MOST_WAITING = 16;

  private static final int NONE = -1;

  private byte[] array;
  private boolean shared;
  private final int[] offsets;
  private final long[] values;
  private final boolean[] times;
  private int waiting;

  private RecordBody(byte[] array, boolean shared) {
    this.array = array;
    this.shared = shared;
    int room = shared ? MOST_WAITING : 0;
    offsets = new int[room];
    values = new long[room];
    times = new boolean[room];
  }

  /** A body that is changed at once. */
  static RecordBody owned(byte[] array) {
    return new RecordBody(array, false);
  }

  /** A body in an array that is left alone for now. */
  static RecordBody shared(byte[] array) {
    return new RecordBody(array, true);
  }

  /** The array; without the changes that wait. */
  byte[] array() {
    return array;
  }

  int shortAt(int offset) {
    int place = find(offset);
    return place == NONE ? getUnsignedShort(array, offset) : (int) values[place];
  }

  long timeAt(int offset) {
    int place = find(offset);
    return place == NONE ? getTime(array, offset) : values[place];
  }

  void setShort(int offset, int value) {
    if (!waits(offset, value, false)) {
      putShort(array, offset, value);
    }
  }

  void setTime(int offset, long value) {
    if (!waits(offset, value, true)) {
      putTime(array, offset, value);
    }
  }

  /** Makes the array this object's own. */
  byte[] own() {
    if (shared) {
      array = array.clone();
      write();
    }
    return array;
  }

  /** Writes the changes that wait to the array, whosever it is. */
  byte[] write() {
    for (int place = 0; place < waiting; place++) {
      if (times[place]) {
        putTime(array, offsets[place], values[place]);
      } else {
        putShort(array, offsets[place], (int) values[place]);
      }
    }
    waiting = 0;
    shared = false;
    return array;
  }

  private boolean waits(int offset, long value, boolean time) {
    if (!shared) {
      return false;
    }
    int place = find(offset);
    if (place == NONE && waiting == MOST_WAITING) {
      own();
      return false;
    }
    if (place == NONE) {
      place = waiting++;
    }
    offsets[place] = offset;
    values[place] = value;
    times[place] = time;
    return true;
  }

  private int find(int offset) {
    for (int place = 0; place < waiting; place++) {
      if (offsets[place] == offset) {
        return place;
      }
    }
    return NONE;
  }
}
