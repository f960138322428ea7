package dev.millrace.perf.workload;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Keeps the last failure of a producer's sends for the thread that sends. Thread-safe. */
public final class SendCheck implements Callback {
  private volatile @Nullable Exception failure;

  @Override
  public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception e) {
    if (e != null) {
      failure = e;
    }
  }

  /**
   * Call it between sends.
   *
   * @throws IllegalStateException when a record was not accepted
   */
  public void requireNoFailure() {
    if (failure != null) {
      throw new IllegalStateException("a record was not accepted", failure);
    }
  }
}
