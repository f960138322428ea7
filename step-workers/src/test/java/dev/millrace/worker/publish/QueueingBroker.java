package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A log and the producers that write to it: they queue events, and answer them in another thread
 * when they are flushed, in order. What is queued in one that is closed is not written.
 */
final class QueueingBroker {
  /** Values in the order in which they were written. */
  final List<String> log = new CopyOnWriteArrayList<>();

  /** What events of these values are answered with, once. */
  final Map<String, Exception> failures = new ConcurrentHashMap<>();

  /** What events of these values are answered with, each time, as are others sent with them. */
  final Map<String, Exception> poison = new ConcurrentHashMap<>();

  /** What events of these values are answered with when they are sent, each time. */
  final Map<String, Exception> failuresAtOnce = new ConcurrentHashMap<>();

  /** What sending events of these values throws, once. */
  final Map<String, RuntimeException> thrown = new ConcurrentHashMap<>();

  /** Values that are never answered, and nothing behind them. */
  final Set<String> silent = ConcurrentHashMap.newKeySet();

  /** Open once a silent event is reached. */
  final CountDownLatch isSilent = new CountDownLatch(1);

  final AtomicInteger producers = new AtomicInteger();

  /** Values in the order in which they were handed to producers. */
  final List<String> sent = new CopyOnWriteArrayList<>();

  Producer<byte[], byte[]> producer() {
    return new QueueingProducer();
  }

  private record Sent(String value, Callback callback) {}

  private final class QueueingProducer extends MockProducer<byte[], byte[]> {
    private final ArrayDeque<Sent> queue = new ArrayDeque<>();
    private volatile boolean isEnded;

    QueueingProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
      producers.incrementAndGet();
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      if (isEnded || callback == null) {
        throw new IllegalStateException("closed");
      }
      String value = new String(record.value(), UTF_8);
      sent.add(value);
      RuntimeException exception = thrown.remove(value);
      if (exception != null) {
        throw exception;
      }
      Exception atOnce = failuresAtOnce.get(value);
      if (atOnce != null) {
        callback.onCompletion(null, atOnce);
      } else {
        queue.add(new Sent(value, callback));
      }
      return new CompletableFuture<>();
    }

    @Override
    public synchronized void flush() {
      Thread answering = Thread.ofPlatform().daemon().start(this::answerAll);
      try {
        answering.join();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }

    private void answerAll() {
      boolean isPoisoned = queue.stream().anyMatch(each -> poison.containsKey(each.value()));
      while (!queue.isEmpty()) {
        Sent sent = queue.remove();
        if (silent.contains(sent.value())) {
          isSilent.countDown();
          awaitForever();
          return;
        }
        sent.callback().onCompletion(metadata(), answer(sent.value(), isPoisoned));
      }
    }

    private static void awaitForever() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static RecordMetadata metadata() {
      return new RecordMetadata(new TopicPartition("topic", 0), 0, 0, 0, 0, 0);
    }

    private @Nullable Exception answer(String value, boolean isPoisoned) {
      if (isEnded) {
        return new KafkaException("closed by force");
      }
      if (isPoisoned) {
        return poison.getOrDefault(value, new KafkaException("beside one that is invalid"));
      }
      Exception failure = failures.remove(value);
      if (failure == null) {
        log.add(value);
      }
      return failure;
    }

    @Override
    public void close(Duration timeout) {
      isEnded = true;
    }
  }
}
