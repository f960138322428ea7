package dev.millrace.orchestrator.metrics;

/**
 * When the attempts that are out were dispatched: a table of numbers, so that it costs next to
 * nothing. It forgets at a restart, and has room for {@value #ATTEMPTS_MAX} attempts: of more,
 * those that come last are not timed. Belongs to one stream task.
 *
 * <p>Open addressing with linear probing; an entry is a key, a time and another time. A key of 0 is
 * a free place.
 */
final class OpenAttempts {
  /** Most attempts that are timed at once. */
  static final int ATTEMPTS_MAX = 1 << 16;

  private static final int FIRST_PLACES = 256;

  /** An attempt of a workflow that ended without it stays for so long, if there is no room. */
  private static final long FORGOTTEN_MS = 3_600_000;

  /** How often room is looked for. */
  private static final long SWEEP_MS = 60_000;

  private long[] keys = new long[FIRST_PLACES];
  private long[] dispatchedMs = new long[FIRST_PLACES];
  private long[] causedMs = new long[FIRST_PLACES];
  private int size;
  private long sweptMs;

  /** What {@link #take} has found. */
  private long foundDispatchedMs;

  private long foundCausedMs;

  /**
   * The key of an attempt; two attempts have the same one hardly ever.
   *
   * @param step what tells the step or branch from the others of its record
   */
  static long key(String recordId, int step, int attempt) {
    long key = recordId.hashCode() * 0x9E3779B97F4A7C15L + step;
    key = (key ^ (key >>> 32)) * 0xD6E8FEB86659FD93L + attempt;
    key = (key ^ (key >>> 32)) * 0xD6E8FEB86659FD93L;
    return key == 0 ? 1 : key;
  }

  /**
   * Remembers an attempt.
   *
   * @param nowMs when its command was sent
   * @param causeMs when the handler ended that it waited for last; 0 for none
   */
  void put(long key, long nowMs, long causeMs) {
    if (2 * size >= keys.length && !makeRoom(nowMs)) {
      return;
    }
    int place = place(key);
    if (keys[place] == 0) {
      size++;
    }
    keys[place] = key;
    dispatchedMs[place] = nowMs;
    causedMs[place] = causeMs;
  }

  /** Looks an attempt up and forgets it; false when it is not known. */
  boolean take(long key) {
    int place = place(key);
    if (keys[place] == 0) {
      return false;
    }
    foundDispatchedMs = dispatchedMs[place];
    foundCausedMs = causedMs[place];
    remove(place);
    return true;
  }

  /** When the attempt that was taken last was dispatched. */
  long dispatchedMs() {
    return foundDispatchedMs;
  }

  /** When the handler ended that it had waited for; 0 for none. */
  long causedMs() {
    return foundCausedMs;
  }

  int size() {
    return size;
  }

  /** Where a key is, or would be. */
  private int place(long key) {
    int mask = keys.length - 1;
    int place = (int) key & mask;
    while (keys[place] != 0 && keys[place] != key) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Moves what stands behind a place forward, so that nothing is looked for in vain. */
  private void remove(int removed) {
    int mask = keys.length - 1;
    int free = removed;
    int place = (free + 1) & mask;
    while (keys[place] != 0) {
      int home = (int) keys[place] & mask;
      if (((place - home) & mask) >= ((place - free) & mask)) {
        keys[free] = keys[place];
        dispatchedMs[free] = dispatchedMs[place];
        causedMs[free] = causedMs[place];
        free = place;
      }
      place = (place + 1) & mask;
    }
    keys[free] = 0;
    size--;
  }

  private boolean makeRoom(long nowMs) {
    if (size < ATTEMPTS_MAX) {
      rebuild(2 * keys.length, Long.MIN_VALUE);
    } else if (nowMs - sweptMs >= SWEEP_MS) {
      sweptMs = nowMs;
      rebuild(keys.length, nowMs - FORGOTTEN_MS);
    }
    return size < ATTEMPTS_MAX;
  }

  private void rebuild(int places, long fromMs) {
    long[] formerKeys = keys;
    long[] formerDispatchedMs = dispatchedMs;
    long[] formerCausedMs = causedMs;
    keys = new long[places];
    dispatchedMs = new long[places];
    causedMs = new long[places];
    size = 0;
    for (int i = 0; i < formerKeys.length; i++) {
      if (formerKeys[i] != 0 && formerDispatchedMs[i] >= fromMs) {
        int place = place(formerKeys[i]);
        keys[place] = formerKeys[i];
        dispatchedMs[place] = formerDispatchedMs[i];
        causedMs[place] = formerCausedMs[i];
        size++;
      }
    }
  }
}
