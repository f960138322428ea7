package dev.millrace.perf.scaling;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A worker in a model. */
final class Pod {
  private final long readyAtMs;
  private final int slots;
  private final List<Lane> lanes = new ArrayList<>();
  private boolean isReady;
  private int running;
  private int revoking;
  private int firstTurn;

  Pod(long readyAtMs, int slots) {
    this.readyAtMs = readyAtMs;
    this.slots = slots;
  }

  boolean isReady() {
    return isReady;
  }

  /** Becomes ready when it is time; whether it did. */
  boolean start(long nowMs) {
    if (isReady || nowMs < readyAtMs) {
      return false;
    }
    isReady = true;
    return true;
  }

  boolean isIdle() {
    return running == 0;
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** Takes nothing more until a partition that it gives up is idle, since its loop waits for it. */
  void revoking(int change) {
    revoking += change;
  }

  boolean takes() {
    return isReady && revoking == 0 && running < slots && !lanes.isEmpty();
  }

  /** The next of its partitions that has a command to begin, in turns; null if there is none. */
  @Nullable Lane next(long nowMs) {
    int count = lanes.size();
    for (int i = 0; i < count; i++) {
      int at = (firstTurn + i) % count;
      if (lanes.get(at).canStart(nowMs)) {
        firstTurn = (at + 1) % count;
        return lanes.get(at);
      }
    }
    return null;
  }

  void begins() {
    running++;
  }

  void ends() {
    running--;
  }
}
