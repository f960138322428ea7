package dev.millrace.worker.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which offsets of one partition are finished, and how far the partition may be committed: up to
 * the first offset that was begun and is not finished.
 *
 * <p>A ring of bits that covers the offsets from the commit point on, one bit each, so at most
 * {@code capacity} offsets can be open or finished ahead of the commit point. {@link #finish} may
 * be called by any thread, once for each offset begun; everything else belongs to the poll thread.
 */
final class OffsetTracker {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int WORD_BITS = Long.SIZE;

  private final long[] finished;
  private final int capacity;
  private final int wordMask;

  /** All offsets below are finished. */
  private long base = -1;

  /** No offset from here on was begun. */
  private long next = -1;

  /** Nothing from here on is to be committed. */
  private long abandoned = Long.MAX_VALUE;

  /**
   * @param capacity how many offsets past the commit point can be followed; a power of two, 64 or
   *     more
   */
  OffsetTracker(int capacity) {
    if (capacity < WORD_BITS || Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "capacity %d: must be a power of two, 64 or more".formatted(capacity));
    }
    this.capacity = capacity;
    this.finished = new long[capacity / WORD_BITS];
    this.wordMask = finished.length - 1;
  }

  /** Whether the offset can be begun now, or only after the commit point has moved on. */
  boolean hasRoomFor(long offset) {
    if (offset - base < capacity) {
      return true;
    }
    advance();
    return offset - base < capacity || base == next;
  }

  /**
   * Takes an offset as open. Offsets that were left out, since they hold no record for a consumer,
   * count as finished.
   */
  void begin(long offset) {
    if (offset < next) {
      throw new IllegalStateException("offset %d begun after %d".formatted(offset, next - 1));
    }
    if (!hasRoomFor(offset)) {
      throw new IllegalStateException(
          "offset %d is %d or more past the commit point %d".formatted(offset, capacity, base));
    }
    skipTo(offset);
    next = offset + 1;
  }

  /** Takes an open offset as finished. */
  void finish(long offset) {
    // The release publishes all that the finishing thread did before to the thread that commits.
    WORD.getAndBitwiseOrRelease(finished, wordOf(offset), 1L << offset);
  }

  /**
   * Takes every offset below that was not begun as finished, if the ring reaches that far; if it
   * does not, as much as it reaches, and a later call does the rest.
   */
  void skipTo(long offset) {
    if (offset <= next) {
      return;
    }
    if (idle()) {
      base = offset;
      next = offset;
      return;
    }
    long end = Math.min(offset, base + capacity);
    while (next < end) {
      finish(next++);
    }
  }

  /** Takes an open offset as one that is not finished here: commits stay before it for good. */
  void abandon(long offset) {
    abandoned = Math.min(abandoned, offset);
    finish(offset);
  }

  /** The offset to commit: the first that is not finished; -1 before the first one was begun. */
  long commitPoint() {
    advance();
    return Math.min(base, abandoned);
  }

  private void advance() {
    while (base < next) {
      int bit = (int) (base & (WORD_BITS - 1));
      int word = wordOf(base);
      long bits = (long) WORD.getAcquire(finished, word) >>> bit;
      int run = Math.min(Long.numberOfTrailingZeros(~bits), WORD_BITS - bit);
      if (run == 0) {
        break;
      }
      long passed = (run == WORD_BITS ? -1L : (1L << run) - 1) << bit;
      WORD.getAndBitwiseAnd(finished, word, ~passed);
      base += run;
    }
  }

  /** Whether everything begun is finished or abandoned. */
  boolean idle() {
    advance();
    return base == next;
  }

  private int wordOf(long offset) {
    return (int) (offset >>> 6) & wordMask;
  }
}
