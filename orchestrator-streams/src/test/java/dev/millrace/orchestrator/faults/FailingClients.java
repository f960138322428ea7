package dev.millrace.orchestrator.faults;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/** Producers that fail some records of one kind of topic: every so many, a number of times. */
final class FailingClients extends DefaultKafkaClientSupplier {
  /** How a record fails. */
  enum Way {
    /** As one does that the broker refuses: the callback is told. */
    REPORTED,
    /** In the middle of the processor. */
    THROWN
  }

  private final String topicPart;
  private final Way way;
  private final int every;
  private final int most;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * Clients that fail.
   *
   * @param topicPart what is in the names of the topics whose records fail
   * @param every one of how many fails
   * @param most how many fail in all
   */
  FailingClients(String topicPart, Way way, int every, int most) {
    this.topicPart = topicPart;
    this.way = way;
    this.every = every;
    this.most = most;
  }

  /** How many records have failed. */
  int failed() {
    return failed.get();
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public Future<RecordMetadata> send(
          ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        if (!fails(record)) {
          return super.send(record, callback);
        }
        if (way == Way.THROWN) {
          throw new KafkaException("thrown in the middle");
        }
        RecordTooLargeException error = new RecordTooLargeException("refused");
        if (callback != null) {
          callback.onCompletion(null, error);
        }
        return CompletableFuture.failedFuture(error);
      }
    };
  }

  private boolean fails(ProducerRecord<byte[], byte[]> record) {
    if (!record.topic().contains(topicPart)
        || sent.incrementAndGet() % every != 0
        || failed.get() >= most) {
      return false;
    }
    failed.incrementAndGet();
    return true;
  }
}
