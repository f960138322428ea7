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
import java.util.concurrent.locks.LockSupport;
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
  private final Runnable whenHeld;
  private volatile boolean holding;

  /**
   * Clients whose commands are late.
   *
   * @param whenHeld called when a flush begins to wait for a command that is held
   */
  DelayingClients(int longestDelayMs, Runnable whenHeld) {
    this.longestDelayMs = longestDelayMs;
    this.whenHeld = whenHeld;
  }

  /** From now on no command is sent any more, and no flush of one ends. */
  void hold() {
    holding = true;
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new DelayingProducer(config);
  }

  private final class DelayingProducer extends KafkaProducer<byte[], byte[]> {
    private final ScheduledExecutorService later =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("late-commands").factory());
    private final Queue<Future<?>> late = new ConcurrentLinkedQueue<>();
    private volatile boolean holds;

    DelayingProducer(Map<String, Object> config) {
      super(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      if (!record.topic().contains("step-commands")) {
        return super.send(record, callback);
      }
      CompletableFuture<RecordMetadata> acknowledged = new CompletableFuture<>();
      if (holding) {
        holds = true;
        return acknowledged;
      }
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
      if (holds) {
        // What was sent beside the held commands is acknowledged; changes of state may be among it.
        whenHeld.run();
        while (holding) {
          LockSupport.park(this);
        }
      }
    }

    @Override
    public void close(Duration timeout) {
      later.shutdownNow();
      super.close(timeout);
    }
  }
}
