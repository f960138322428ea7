package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.AcknowledgementCommitCallback;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that the client of a share group has had for longer than their locks last. */
@Timeout(60) // for what would wait for ever
final class KeptRecordsTest {
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final TopicPartition PARTITION = new TopicPartition(HurriedWorker.COMMANDS, 0);
  private static final int LOCK_MS = 60;

  private final HurriedWorker worker = new HurriedWorker(1, false, DRAIN);
  private final Member member = new Member();

  /** Gives out one record after the other, each of which it had since it gave out the first. */
  private final class Member extends MockShareConsumer<byte[], byte[]> {
    private final Queue<ConsumerRecord<byte[], byte[]>> kept = new ArrayDeque<>();
    private final Set<Long> takenByOthers = new HashSet<>();
    private final List<ConsumerRecord<byte[], byte[]>> renewed = new ArrayList<>();
    private final List<Long> refused = new ArrayList<>();
    private final List<Long> accepted = new ArrayList<>();
    private @Nullable AcknowledgementCommitCallback callback;
    private boolean isFirst = true;

    @Override
    public synchronized void subscribe(Collection<String> topics) {}

    @Override
    public void setAcknowledgementCommitCallback(AcknowledgementCommitCallback told) {
      callback = told;
    }

    @Override
    public Optional<Integer> acquisitionLockTimeoutMs() {
      return Optional.of(LOCK_MS);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (!renewed.isEmpty()) {
        List<ConsumerRecord<byte[], byte[]>> back = List.copyOf(renewed);
        renewed.clear();
        return new ConsumerRecords<>(Map.of(PARTITION, back), Map.of());
      }
      if (!isFirst) {
        LockSupport.parkNanos(Duration.ofMillis(LOCK_MS).toNanos());
      }
      isFirst = false;
      ConsumerRecord<byte[], byte[]> next = kept.poll();
      if (next == null) {
        worker.stop.request(DRAIN);
        return ConsumerRecords.empty();
      }
      return new ConsumerRecords<>(Map.of(PARTITION, List.of(next)), Map.of());
    }

    @Override
    public synchronized void acknowledge(
        ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
      if (type == AcknowledgeType.ACCEPT) {
        accepted.add(record.offset());
      } else if (type == AcknowledgeType.RENEW && takenByOthers.contains(record.offset())) {
        refused.add(record.offset());
      } else if (type == AcknowledgeType.RENEW) {
        renewed.add(record);
      }
    }

    @Override
    public synchronized void commitAsync() {}

    @Override
    public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync(
        Duration timeout) {
      if (!refused.isEmpty() && callback != null) {
        callback.onComplete(
            Map.of(new TopicIdPartition(Uuid.ZERO_UUID, PARTITION), Set.copyOf(refused)),
            new InvalidRecordStateException("others have it"));
        refused.clear();
      }
      return Map.of();
    }
  }

  private void run(int starts) {
    ShareReader reader =
        new ShareReader(
            worker.settings,
            new ShareGroupSettings(5),
            member,
            worker.runner,
            worker.slots,
            worker.stop);
    worker.threads.start(reader::run);
    worker.end(starts);
  }

  @Test
  void thoseThatOthersHaveByNowDoNotRunHere() {
    for (int offset = 0; offset < 3; offset++) {
      member.kept.add(HurriedWorker.record(0, offset, "a"));
    }
    member.takenByOthers.add(1L);

    run(2);

    assertThat(worker.isStarted(1)).isFalse();
    assertThat(member.accepted).containsExactly(0L, 2L);
  }
}
