package dev.millrace.orchestrator.faults;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Producers that send commands late, each after a random time, and everything else at once: a
 * broker whose one partition is slow. A flush waits for what is late, as it must.
 */
final class DelayingClients extends DefaultKafkaClientSupplier {
  private final int longestDelayMs;

  DelayingClients(int longestDelayMs) {
    this.longestDelayMs = longestDelayMs;
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new DelayingProducer(config, longestDelayMs);
  }

  private static final class DelayingProducer extends KafkaProducer<byte[], byte[]> {
    private final int longestDelayMs;
    private final ScheduledExecutorService later =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("late-commands").factory());
    private final Queue<Future<?>> late = new ConcurrentLinkedQueue<>();

    DelayingProducer(Map<String, Object> config, int longestDelayMs) {
      super(config, new ByteArraySerializer(), new ByteArraySerializer());
      this.longestDelayMs = longestDelayMs;
    }

    @Override
    public Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      if (!record.topic().contains("step-commands")) {
        return super.send(record, callback);
      }
      CompletableFuture<RecordMetadata> acknowledged = new CompletableFuture<>();
      late.add(
          later.schedule(
              () -> sendNow(record, callback, acknowledged),
              ThreadLocalRandom.current().nextLong(longestDelayMs + 1L),
              TimeUnit.MILLISECONDS));
      return acknowledged;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback completes the other future
    private void sendNow(
        ProducerRecord<byte[], byte[]> record,
        @Nullable Callback callback,
        CompletableFuture<RecordMetadata> acknowledged) {
      super.send(
          record,
          (metadata, error) -> {
            if (callback != null) {
              callback.onCompletion(metadata, error);
            }
            if (error == null) {
              acknowledged.complete(metadata);
            } else {
              acknowledged.completeExceptionally(error);
            }
          });
    }

    @Override
    public void flush() {
      try {
        for (Future<?> each = late.poll(); each != null; each = late.poll()) {
          each.get();
        }
      } catch (Exception e) {
        throw new IllegalStateException("a late command was not sent", e);
      }
      super.flush();
    }

    @Override
    public void close(Duration timeout) {
      later.shutdownNow();
      super.close(timeout);
    }
  }
}
