package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.Schedules;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Schedules.TAG)
final class TrackerSchedulesTest {
  /** Offsets of a partition, and which of them the broker has the completion of. */
  private static final class Partition {
    private final OffsetTracker offsets;
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(160);

    Partition(int capacity) {
      this.offsets = new OffsetTracker(capacity);
    }

    void acknowledge(int... which) {
      for (int offset : which) {
        acknowledged.set(offset, 1);
        offsets.finish(offset);
      }
    }

    void begin(int first, int end) {
      for (int offset = first; offset < end; offset++) {
        offsets.begin(offset);
      }
    }

    long commitsOnlyWhatIsAcknowledged(int first) {
      long point = offsets.commitPoint();
      for (int offset = first; offset < point; offset++) {
        assertHolds(acknowledged.get(offset) == 1, offset + " is below the commit point " + point);
      }
      return point;
    }
  }

  @Test
  void commitsNothingThatIsNotAcknowledged() {
    Schedules.explore(
        () -> {
          Partition partition = new Partition(128);
          partition.begin(61, 65);
          partition.acknowledge(61);
          Schedules.Threads threads = new Schedules.Threads();
          threads.start(() -> partition.acknowledge(62, 64));
          threads.start(() -> partition.acknowledge(63));
          long before = partition.commitsOnlyWhatIsAcknowledged(61);
          long after = partition.commitsOnlyWhatIsAcknowledged(61);
          assertHolds(
              before <= after, "the commit point went back from " + before + " to " + after);
          threads.join();
          assertHolds(partition.commitsOnlyWhatIsAcknowledged(61) == 65, "all is finished");
          assertHolds(partition.offsets.idle(), "nothing is open");
        });
  }

  @Test
  void offsetThatTakesTheBitOfAnEarlierOneIsOpenUntilItIsAcknowledged() {
    Schedules.explore(
        () -> {
          Partition partition = new Partition(64);
          partition.begin(30, 33);
          Schedules.Threads threads = new Schedules.Threads();
          threads.start(() -> partition.acknowledge(31, 30));
          threads.start(() -> partition.acknowledge(32));
          partition.offsets.skipTo(60);
          for (int offset = 33; offset < 60; offset++) {
            partition.acknowledged.set(offset, 1);
          }
          int begun = 60;
          while (begun < 97 && partition.offsets.hasRoomFor(begun)) {
            partition.offsets.begin(begun);
            begun++;
          }
          assertHolds(begun >= 94, "a whole ring of offsets can be begun");
          assertHolds(partition.commitsOnlyWhatIsAcknowledged(30) <= 60, "60 is not finished");
          threads.join();
          assertHolds(partition.commitsOnlyWhatIsAcknowledged(30) == 60, "60 is not finished");
        });
  }

  @Test
  void commitsStayBeforeAnAbandonedOffsetWhateverIsFinishedMeanwhile() {
    Schedules.explore(
        () -> {
          Partition partition = new Partition(64);
          partition.begin(10, 14);
          Schedules.Threads threads = new Schedules.Threads();
          threads.start(() -> partition.acknowledge(10, 13));
          threads.start(() -> partition.acknowledge(11));
          partition.offsets.abandon(12);
          assertHolds(partition.commitsOnlyWhatIsAcknowledged(10) <= 12, "12 was given up");
          threads.join();
          assertHolds(partition.commitsOnlyWhatIsAcknowledged(10) == 12, "12 was given up");
          assertHolds(partition.offsets.idle(), "nothing is open");
        });
  }
}
