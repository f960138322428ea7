package dev.millrace.orchestrator.store;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the outputs of one producer that the broker has not acknowledged yet. A stream thread
 * sends and settles; the producer's network thread acknowledges.
 */
final class OutputLedger {
  private final Producer<byte[], byte[]> producer;
  private final AtomicLong outstanding = new AtomicLong();
  private volatile @Nullable Exception failure;

  OutputLedger(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  void sent() {
    outstanding.incrementAndGet();
  }

  void acknowledged(@Nullable Exception error) {
    if (error != null) {
      failure = error;
    }
    outstanding.decrementAndGet();
  }

  /**
   * Returns when every output sent so far is acknowledged.
   *
   * @throws KafkaException when one failed, now or ever before: what the state says of it would be
   *     a lie, so no more state may pass until producer and task are rebuilt
   */
  void settle() {
    refuseAfterFailure();
    if (outstanding.get() > 0) {
      producer.flush();
      refuseAfterFailure();
      if (outstanding.get() > 0) {
        throw new KafkaException(
            outstanding.get() + " outputs are unacknowledged after a flush; state is held back");
      }
    }
  }

  private void refuseAfterFailure() {
    Exception cause = failure;
    if (cause != null) {
      throw new KafkaException(
          "an output failed; the state that speaks of it is held back until the task is rebuilt",
          cause);
    }
  }
}
