package dev.millrace.worker.publish;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * Says what a failure means for the event that was sent alone, and for how long to hope. Not
 * thread-safe.
 */
final class FailureJudge {
  /** Topics, partitions and events whose first failure is remembered; the oldest go first. */
  private static final int MOST_DOUBTS = 1_000;

  private final long patienceNanos;

  /** When targets, and events by id, began to fail. */
  private final Map<Object, Long> doubtsSince =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Long> eldest) {
          return size() > MOST_DOUBTS;
        }
      };

  FailureJudge(Duration patience) {
    this.patienceNanos = patience.toNanos();
  }

  Verdict judge(Producer<byte[], byte[]> producer, Event event, Exception failure) {
    if (isOfTheRecord(failure)) {
      return Verdict.REFUSED;
    }
    if (isOfTheTarget(producer, event.record(), failure)) {
      return isOver(Target.of(event.record())) ? Verdict.TARGET_REFUSED : Verdict.TARGET_DOUBTFUL;
    }
    if (isOfTheConnection(failure)) {
      return Verdict.PASSING;
    }
    return isOver(event.id()) ? Verdict.REFUSED : Verdict.DOUBTFUL;
  }

  /** The event is settled: what was held against it or its target is forgotten. */
  void acknowledged(Event event) {
    if (!doubtsSince.isEmpty()) {
      doubtsSince.remove(event.id());
      doubtsSince.remove(Target.of(event.record()));
    }
  }

  void refused(Event event) {
    doubtsSince.remove(event.id());
  }

  private boolean isOver(Object doubted) {
    long now = System.nanoTime();
    return now - doubtsSince.computeIfAbsent(doubted, key -> now) >= patienceNanos;
  }

  private static boolean isOfTheRecord(Exception failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof InvalidTopicException
        || failure instanceof InvalidRecordException
        || failure instanceof InvalidTimestampException
        || failure instanceof SerializationException
        || failure instanceof UnsupportedForMessageFormatException;
  }

  private static boolean isOfTheTarget(
      Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record, Exception failure) {
    return failure instanceof TopicAuthorizationException
        || failure instanceof UnknownTopicOrPartitionException
        || failure.getCause() instanceof UnknownTopicOrPartitionException
        || (failure instanceof TimeoutException
            && isMissing(producer, record.topic(), record.partition()));
  }

  /** Kafka answers for a missing partition as it does for brokers that are away: by a time-out. */
  private static boolean isMissing(
      Producer<byte[], byte[]> producer, String topic, @Nullable Integer partition) {
    try {
      return partition != null && producer.partitionsFor(topic).size() <= partition;
    } catch (KafkaException | IllegalStateException e) {
      return false; // nobody knows: the failure itself is what is told
    }
  }

  /** Whether it says nothing of the event, so that all that is left goes again together. */
  static boolean isOfTheConnection(Exception failure) {
    return failure instanceof RetriableException
        || failure instanceof AuthenticationException
        || failure instanceof ClusterAuthorizationException
        || failure instanceof UnsupportedVersionException
        || failure instanceof ProducerFencedException
        || failure instanceof InvalidProducerEpochException
        || failure instanceof InvalidPidMappingException
        || failure instanceof OutOfOrderSequenceException
        || failure instanceof IllegalStateException;
  }
}
