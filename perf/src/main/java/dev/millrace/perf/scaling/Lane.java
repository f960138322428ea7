package dev.millrace.perf.scaling;

import org.jspecify.annotations.Nullable;

/**
 * A partition of commands in a model: which wait, which run, and how far it is committed. Commands
 * end in any order; what is committed is what has ended without a gap, as in a consumer group. The
 * commands of a share group are acknowledged one by one.
 */
final class Lane {
  /** As many offsets may a partition be ahead of its oldest command that runs. */
  private static final int RUN_AHEAD = 16_384;

  private final boolean isShared;
  private final long[] ended = new long[RUN_AHEAD / Long.SIZE];
  private long end;
  private long next;
  private long done;
  private long committed;
  private int running;
  private @Nullable Pod owner;
  private long pausedUntilMs;

  Lane(boolean isShared) {
    this.isShared = isShared;
  }

  void write() {
    end++;
  }

  /** Commands that nobody has finished, as far as offsets say. */
  long lag() {
    return end - committed;
  }

  /** Commands that nobody has begun. */
  long waiting() {
    return end - next;
  }

  boolean canStart(long nowMs) {
    return next < end && nowMs >= pausedUntilMs && (isShared || next - done < RUN_AHEAD);
  }

  /** Begins the next command, and tells its offset. */
  long start() {
    running++;
    return next++;
  }

  void finish(long offset) {
    running--;
    if (isShared) {
      committed++;
      return;
    }
    flip(offset);
    while (done < next && isSet(done)) {
      flip(done++);
    }
  }

  private boolean isSet(long offset) {
    int at = (int) (offset % RUN_AHEAD);
    return (ended[at / Long.SIZE] >>> at & 1) != 0;
  }

  private void flip(long offset) {
    int at = (int) (offset % RUN_AHEAD);
    ended[at / Long.SIZE] ^= 1L << at;
  }

  void commit() {
    committed = isShared ? committed : done;
  }

  /** Whether nothing of it runs. */
  boolean isIdle() {
    return running == 0;
  }

  @Nullable Pod owner() {
    return owner;
  }

  /** Gives it to another pod, which may begin when it is told to. */
  void giveTo(@Nullable Pod pod) {
    owner = pod;
    pausedUntilMs = Long.MAX_VALUE;
  }

  /** Whether its next pod waits until those that run have ended. */
  boolean isMoving() {
    return pausedUntilMs == Long.MAX_VALUE;
  }

  void beginAt(long ms) {
    pausedUntilMs = ms;
  }
}
