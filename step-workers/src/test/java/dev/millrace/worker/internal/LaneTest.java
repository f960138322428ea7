package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class LaneTest {
  private final Lane lane = new Lane(new TopicPartition("commands", 0), 64);

  private static List<ConsumerRecord<byte[], byte[]>> records(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(
            offset -> new ConsumerRecord<>("commands", 0, offset, new byte[] {1}, new byte[] {2}))
        .toList();
  }

  private void startAll() {
    while (lane.canStart(0)) {
      lane.offsets().begin(lane.backlog().remove().offset());
    }
  }

  @Test
  void commitsPastTheMarkersOfTransactionsSoThatLagGetsToZero() {
    lane.fetched(records(10, 12), 13);
    startAll();
    lane.offsets().finish(10);
    lane.offsets().finish(11);
    assertThat(lane.commitDue()).isEqualTo(13);
    lane.commitRequested(13);
    assertThat(lane.commitDue()).isEqualTo(-1);
  }

  @Test
  void leavesWhatWasNotStartedToTheNextOwner() {
    lane.fetched(records(10, 15), 15);
    lane.offsets().begin(lane.backlog().remove().offset());
    lane.forgetBacklog();
    lane.offsets().finish(10);
    assertThat(lane.commitDue()).isEqualTo(11);
  }

  @Test
  void startsOverWhenTheLogBecameShorter() {
    lane.fetched(records(100, 102), 102);
    startAll();
    OffsetTracker before = lane.offsets();
    lane.fetched(records(5, 7), 7);
    before.finish(100);
    startAll();
    lane.offsets().finish(5);
    assertThat(lane.commitDue()).isEqualTo(6);
  }

  @Test
  void commitsAgainWhatFailedToBeCommitted() {
    lane.fetched(records(0, 1), 1);
    startAll();
    lane.offsets().finish(0);
    lane.commitRequested(lane.commitDue());
    lane.commitFailed();
    assertThat(lane.commitDue()).isEqualTo(1);
  }

  @Test
  void startsNothingWhileItIsHeld() {
    lane.fetched(records(0, 1), 1);
    lane.holdUntil(1_000);
    assertThat(lane.canStart(999)).isFalse();
    assertThat(lane.canStart(1_000)).isTrue();
  }
}
