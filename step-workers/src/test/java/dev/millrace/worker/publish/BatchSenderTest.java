package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a batch some of whose events the brokers do not take. */
@Timeout(60)
final class BatchSenderTest {
  /** Values in the order in which they were acknowledged. */
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();

  /** What events of these values are answered with, once. */
  private final Map<String, Exception> failures = new HashMap<>();

  /** What sending events of these values throws, once. */
  private final Map<String, RuntimeException> thrown = new HashMap<>();

  private final AtomicInteger producers = new AtomicInteger();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  private final class Broker extends MockProducer<byte[], byte[]> {
    Broker() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
      producers.incrementAndGet();
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      String value = new String(record.value(), UTF_8);
      RuntimeException exception = thrown.remove(value);
      if (exception != null) {
        throw exception;
      }
      Exception failure = failures.remove(value);
      if (failure == null) {
        acknowledged.add(value);
        return super.send(record, callback);
      }
      Future<RecordMetadata> sent = super.send(record, null);
      if (callback != null) {
        callback.onCompletion(null, failure);
      }
      return sent;
    }
  }

  private PublisherFigures publish(String... keysAndValues) throws Exception {
    try (BatchedEventPublisher publisher =
        BatchedEventPublisher.builder(() -> (Producer<byte[], byte[]>) new Broker())
            .batch(keysAndValues.length, 1_000_000)
            .longestWait(Duration.ofHours(1))
            .onRefused((id, failure) -> refused.add(id))
            .build()) {
      for (String event : keysAndValues) {
        String key = event.substring(0, 1);
        publisher.publish(
            event, new ProducerRecord<>("topic", key.getBytes(UTF_8), event.getBytes(UTF_8)));
      }
      publisher.flush(Duration.ofSeconds(30));
      return publisher.figures();
    }
  }

  @Test
  void eventsOfAKeyDoNotOvertakeOneThatGoesAgain() throws Exception {
    failures.put("a1", new TimeoutException("away"));

    PublisherFigures figures = publish("a1", "b1", "a2", "b2");

    List<String> lastOfEach = new ArrayList<>(acknowledged.reversed().stream().distinct().toList());
    assertThat(lastOfEach.reversed())
        .containsSubsequence("a1", "a2")
        .containsSubsequence("b1", "b2");
    assertThat(acknowledged).containsOnlyOnce("b1", "b2", "a1");
    assertThat(figures.published()).isEqualTo(4);
    assertThat(figures.retries()).isEqualTo(1);
  }

  @Test
  void batchIsKeptUntilItIsTaken() throws Exception {
    thrown.put("a1", new TimeoutException("no metadata"));

    PublisherFigures figures = publish("a1", "a2");

    assertThat(acknowledged).containsExactly("a1", "a2");
    assertThat(figures.waiting()).isZero();
    assertThat(producers).hasValue(1);
  }

  @Test
  void producerThatHasFailedForGoodIsReplaced() throws Exception {
    thrown.put("a2", new KafkaException("fenced"));

    publish("a1", "a2", "b1");

    assertThat(acknowledged).containsExactly("a1", "a2", "b1");
    assertThat(producers).hasValue(2);
  }

  @Test
  void eventThatKafkaWillNeverTakeIsToldAndHoldsNothingBack() throws Exception {
    failures.put("a1", new RecordTooLargeException("too large"));

    PublisherFigures figures = publish("a1", "a2");

    assertThat(refused).containsExactly("a1");
    assertThat(acknowledged).containsExactly("a2");
    assertThat(figures.refused()).isEqualTo(1);
    assertThat(figures.published()).isEqualTo(1);
  }

  @Test
  void batchesThatWereSentForTheirAgeAreCounted() throws Exception {
    PublisherFigures figures = publish("a1", "a2");

    assertThat(figures.batches()).isEqualTo(1);
    assertThat(figures.efficiency()).isEqualTo(1);
    assertThat(new PublisherFigures(1, 0, 0, 0, 4, 1, 0).efficiency()).isEqualTo(0.75);
  }
}
