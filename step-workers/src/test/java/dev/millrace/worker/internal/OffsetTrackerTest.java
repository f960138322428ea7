package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OffsetTrackerTest {
  private static final int CAPACITY = 256;

  @Test
  void commitPointStaysBelowTheFirstUnfinishedOffset() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    for (long offset = 10; offset < 15; offset++) {
      tracker.begin(offset);
    }
    tracker.finish(11);
    tracker.finish(12);
    assertThat(tracker.commitPoint()).isEqualTo(10);

    tracker.finish(10);
    assertThat(tracker.commitPoint()).isEqualTo(13);
    assertThat(tracker.idle()).isFalse();

    tracker.finish(14);
    tracker.finish(13);
    assertThat(tracker.commitPoint()).isEqualTo(15);
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void commitPointStaysBeforeWhatIsAbandoned() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    for (long offset = 10; offset < 14; offset++) {
      tracker.begin(offset);
    }
    tracker.abandon(13);
    tracker.abandon(11);
    assertThat(tracker.idle()).isFalse();

    tracker.finish(10);
    tracker.finish(12);
    assertThat(tracker.idle()).isTrue();
    assertThat(tracker.commitPoint()).isEqualTo(11);
  }

  @Test
  void hasNoCommitPointBeforeTheFirstOffset() {
    assertThat(new OffsetTracker(CAPACITY).commitPoint()).isEqualTo(-1);
  }

  @Test
  void firstOffsetMayBeZero() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    tracker.begin(0);
    assertThat(tracker.commitPoint()).isZero();
    tracker.finish(0);
    assertThat(tracker.commitPoint()).isEqualTo(1);
  }

  @Test
  void hasRoomUpToItsCapacityPastTheOldestUnfinishedOffset() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    tracker.begin(1_000);
    for (long offset = 1_001; offset < 1_000 + CAPACITY; offset++) {
      tracker.begin(offset);
      tracker.finish(offset);
    }
    assertThat(tracker.hasRoomFor(1_000 + CAPACITY)).isFalse();
    assertThatThrownBy(() -> tracker.begin(1_000 + CAPACITY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1256");

    tracker.finish(1_000);
    assertThat(tracker.hasRoomFor(1_000 + CAPACITY)).isTrue();
    assertThat(tracker.commitPoint()).isEqualTo(1_000 + CAPACITY);
  }

  @Test
  void offsetsWithoutRecordsCountAsFinished() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    tracker.begin(5);
    tracker.begin(9);
    tracker.finish(9);
    tracker.skipTo(12);
    assertThat(tracker.commitPoint()).isEqualTo(5);
    tracker.finish(5);
    assertThat(tracker.commitPoint()).isEqualTo(12);
  }

  @Test
  void gapLargerThanTheRingIsCrossedOnceEverythingBeforeItIsFinished() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    tracker.begin(5);
    assertThat(tracker.hasRoomFor(1_000_000)).isFalse();
    tracker.finish(5);
    assertThat(tracker.hasRoomFor(1_000_000)).isTrue();
    tracker.begin(1_000_000);
    assertThat(tracker.commitPoint()).isEqualTo(1_000_000);
  }

  @Test
  void refusesAnOffsetThatWasPassed() {
    OffsetTracker tracker = new OffsetTracker(CAPACITY);
    tracker.begin(5);
    assertThatThrownBy(() -> tracker.begin(5)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 63, 100})
  void refusesACapacityThatIsNoPowerOfTwo(int capacity) {
    assertThatThrownBy(() -> new OffsetTracker(capacity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(capacity));
  }

  @Test
  void agreesWithASetOfOpenOffsetsOnRandomRuns() {
    for (int run = 0; run < 300; run++) {
      long seed = 7_919L * run + 17;
      compareWithModel(new Random(seed), seed);
    }
  }

  /** The model keeps every open offset in a sorted set. */
  private static void compareWithModel(Random random, long seed) {
    int capacity = 64 << random.nextInt(4);
    OffsetTracker tracker = new OffsetTracker(capacity);
    TreeSet<Long> open = new TreeSet<>();
    List<Long> shuffled = new ArrayList<>();
    long next = random.nextInt(1_000);
    long passed = -1;
    for (int step = 0; step < 3_000; step++) {
      int action = random.nextInt(10);
      if (action < 5) {
        long offset = random.nextInt(20) == 0 ? next + random.nextInt(90) : next;
        long oldest = open.isEmpty() ? offset : open.first();
        assertThat(tracker.hasRoomFor(offset))
            .as("seed %d step %d", seed, step)
            .isEqualTo(offset - oldest < capacity);
        if (offset - oldest < capacity) {
          tracker.begin(offset);
          open.add(offset);
          shuffled.add(offset);
          next = offset + 1;
          passed = next;
        }
      } else if (action < 9 && !shuffled.isEmpty()) {
        int pick = random.nextInt(shuffled.size());
        long offset = shuffled.get(pick);
        shuffled.set(pick, shuffled.getLast());
        shuffled.removeLast();
        tracker.finish(offset);
        open.remove(offset);
      } else if (action == 9 && passed >= 0) {
        assertThat(tracker.commitPoint())
            .as("seed %d step %d", seed, step)
            .isEqualTo(open.isEmpty() ? passed : open.first());
        assertThat(tracker.idle()).as("seed %d step %d", seed, step).isEqualTo(open.isEmpty());
      }
    }
  }

  @Test
  @Timeout(60)
  void neverPassesAnOpenOffsetWhileManyThreadsFinish() throws InterruptedException {
    int count = 1_000_000;
    OffsetTracker tracker = new OffsetTracker(1_024);
    BlockingQueue<Long> begun = new ArrayBlockingQueue<>(512);
    boolean[] finished = new boolean[count];
    AtomicLong left = new AtomicLong(count);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(Thread.ofPlatform().start(() -> finishAll(tracker, begun, finished, left)));
    }
    long checked = 0;
    for (long offset = 0; offset < count; offset++) {
      while (!tracker.hasRoomFor(offset)) {
        Thread.onSpinWait();
      }
      tracker.begin(offset);
      begun.put(offset);
      if (offset % 97 == 0) {
        checked = assertFinished(finished, checked, tracker.commitPoint());
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(tracker.commitPoint()).isEqualTo(count);
    assertThat(tracker.idle()).isTrue();
  }

  /** The write to the array happens before the finish, so who sees the commit point sees it too. */
  private static void finishAll(
      OffsetTracker tracker, BlockingQueue<Long> begun, boolean[] finished, AtomicLong left) {
    Random random = new Random(Thread.currentThread().threadId());
    List<Long> batch = new ArrayList<>();
    while (left.get() > 0) {
      begun.drainTo(batch, 1 + random.nextInt(64));
      while (!batch.isEmpty()) {
        long offset = batch.remove(random.nextInt(batch.size()));
        finished[(int) offset] = true;
        tracker.finish(offset);
        left.decrementAndGet();
      }
    }
  }

  private static long assertFinished(boolean[] finished, long from, long to) {
    for (long offset = from; offset < to; offset++) {
      assertThat(finished[(int) offset]).as("offset %d", offset).isTrue();
    }
    return to;
  }
}
