package dev.millrace.worker.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * One assigned partition: what was fetched and not started yet, and what is finished. Belongs to
 * the poll thread; the backlog is never longer than what one poll returned.
 */
final class Lane {
  private final TopicPartition partition;
  private final int runAhead;
  private final Deque<ConsumerRecord<byte[], byte[]>> backlog = new ArrayDeque<>();
  private OffsetTracker offsets;
  private long fetched = -1;
  private long commitRequested = -1;
  private long notBeforeNanos;
  private boolean held;
  private boolean paused;

  Lane(TopicPartition partition, int runAhead) {
    this.partition = partition;
    this.runAhead = runAhead;
    this.offsets = new OffsetTracker(runAhead);
  }

  TopicPartition partition() {
    return partition;
  }

  Deque<ConsumerRecord<byte[], byte[]>> backlog() {
    return backlog;
  }

  OffsetTracker offsets() {
    return offsets;
  }

  /**
   * Takes what a poll returned for this partition.
   *
   * @param next the offset that the next poll goes on at
   */
  void fetched(Iterable<ConsumerRecord<byte[], byte[]>> records, long next) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() < fetched) {
        // The log became shorter (an unclean leader, a topic made anew): its offsets start over.
        offsets = new OffsetTracker(runAhead);
        backlog.clear();
        commitRequested = -1;
      }
      backlog.add(record);
      fetched = record.offset() + 1;
    }
    fetched = Math.max(fetched, next);
  }

  /** Leaves out what was not started, for whoever reads this partition next. */
  void forgetBacklog() {
    ConsumerRecord<byte[], byte[]> first = backlog.peek();
    if (first != null) {
      fetched = first.offset();
      backlog.clear();
    }
  }

  /** Whether the first record of the backlog can start now. */
  boolean canStart(long nowNanos) {
    ConsumerRecord<byte[], byte[]> first = backlog.peek();
    if (first == null || (held && nowNanos - notBeforeNanos < 0)) {
      return false;
    }
    held = false;
    return offsets.hasRoomFor(first.offset());
  }

  /** Starts nothing before a time. */
  void holdUntil(long nanos) {
    held = true;
    notBeforeNanos = nanos;
  }

  /** The offset to commit, or -1 if there is nothing new to commit. */
  long commitDue() {
    if (backlog.isEmpty()) {
      // Offsets past the last record are markers of transactions: without them lag never gets to 0.
      offsets.skipTo(fetched);
    }
    long point = offsets.commitPoint();
    return point > commitRequested ? point : -1;
  }

  void commitRequested(long offset) {
    commitRequested = offset;
  }

  /** Makes the next {@link #commitDue} give the commit point again. */
  void commitFailed() {
    commitRequested = -1;
  }

  boolean paused() {
    return paused;
  }

  void paused(boolean now) {
    paused = now;
  }
}
