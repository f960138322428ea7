package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.RandomTiming;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.AcknowledgementCommitCallback;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120) // for what would wait for ever
final class ShareReaderTimingTest {
  private static final Duration DRAIN = Duration.ofMinutes(1);
  private static final TopicPartition PARTITION = new TopicPartition(HurriedWorker.COMMANDS, 0);

  /** A member of a share group that is given some records once. */
  private static final class Member extends MockShareConsumer<byte[], byte[]> {
    private final HurriedWorker worker;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final Map<Long, AcknowledgeType> ends = new HashMap<>();
    private int polls;

    Member(HurriedWorker worker, List<ConsumerRecord<byte[], byte[]>> records) {
      this.worker = worker;
      this.records = records;
    }

    @Override
    public synchronized void subscribe(Collection<String> topics) {}

    @Override
    public void setAcknowledgementCommitCallback(AcknowledgementCommitCallback callback) {}

    @Override
    public Optional<Integer> acquisitionLockTimeoutMs() {
      return Optional.of(30_000);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      RandomTiming.pause();
      polls++;
      if (polls > 1) {
        worker.stop.request(DRAIN); // all that it was given is finished
      }
      return polls == 1
          ? new ConsumerRecords<>(Map.of(PARTITION, records), Map.of())
          : ConsumerRecords.empty();
    }

    @Override
    public synchronized void acknowledge(
        ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
      if (type == AcknowledgeType.RENEW) {
        return;
      }
      assertHolds(ends.put(record.offset(), type) == null, record.offset() + " has two ends");
      boolean isAnswered = worker.isAcknowledged(record.offset());
      assertHolds(
          isAnswered == (type == AcknowledgeType.ACCEPT), record.offset() + " is to be " + type);
    }

    @Override
    public synchronized void commitAsync() {}

    @Override
    public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync(
        Duration timeout) {
      return Map.of();
    }
  }

  private static void run(
      boolean inKeyOrder, boolean isClosed, List<ConsumerRecord<byte[], byte[]>> records) {
    HurriedWorker worker = new HurriedWorker(2, inKeyOrder, DRAIN);
    Member member = new Member(worker, records);
    ShareReader reader =
        new ShareReader(
            worker.settings,
            new ShareGroupSettings(5),
            member,
            worker.runner,
            worker.slots,
            worker.stop);
    worker.threads.start(reader::run);
    if (isClosed) {
      worker.threads.start(() -> worker.stop.request(DRAIN));
    }
    worker.end(isClosed ? 0 : records.size());
    if (member.polls > 0) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        AcknowledgeType end = member.ends.get(record.offset());
        assertHolds(end != null, record.offset() + " has no end");
        boolean isStarted = worker.isStarted((int) record.offset());
        assertHolds(
            isStarted == (end == AcknowledgeType.ACCEPT), record.offset() + " has end " + end);
      }
    }
  }

  @Test
  void acceptsEachRecordOnceAndOnlyWhenItsCompletionIsAcknowledged() {
    List<ConsumerRecord<byte[], byte[]>> records = HurriedWorker.records(0, "a", "a", "a");
    RandomTiming.repeat(() -> run(false, false, records));
  }

  @Test
  void closeAtAnyMomentAcceptsWhatHasRunAndReleasesTheRest() {
    List<ConsumerRecord<byte[], byte[]>> records =
        HurriedWorker.records(0, "a", HurriedWorker.LIMITED, HurriedWorker.LIMITED);
    RandomTiming.repeat(() -> run(true, true, records));
  }
}
