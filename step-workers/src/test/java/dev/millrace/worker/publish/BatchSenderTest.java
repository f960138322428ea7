package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a batch some of whose events the brokers do not take. */
@Timeout(60)
final class BatchSenderTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final QueueingBroker broker = new QueueingBroker();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  private BatchedEventPublisher.Builder builder(int batch) {
    return BatchedEventPublisher.builder(broker::producer)
        .batch(batch, 1_000_000)
        .longestWait(LONG)
        .patience(LONG)
        .onRefused((id, failure) -> refused.add(id));
  }

  private static ProducerRecord<byte[], byte[]> record(String event) {
    return new ProducerRecord<>(
        "topic", event.substring(0, 1).getBytes(UTF_8), event.getBytes(UTF_8));
  }

  private static void publish(BatchedEventPublisher publisher, String... keysAndValues)
      throws InterruptedException {
    for (String event : keysAndValues) {
      publisher.publish(event, record(event));
    }
  }

  private PublisherFigures publish(String... keysAndValues) throws Exception {
    return publish(builder(keysAndValues.length), keysAndValues);
  }

  private static PublisherFigures publish(
      BatchedEventPublisher.Builder builder, String... keysAndValues) throws Exception {
    try (BatchedEventPublisher publisher = builder.build()) {
      publish(publisher, keysAndValues);
      publisher.flush(Duration.ofSeconds(30));
      return publisher.figures();
    }
  }

  @Test
  void eventsOfAKeyDoNotOvertakeOneThatGoesAgain() throws Exception {
    broker.failures.put("a1", new TimeoutException("expired"));

    PublisherFigures figures = publish("b1", "a1", "b2", "a2");

    assertThat(broker.log).containsExactly("b1", "a1", "b2", "a2");
    assertThat(figures.published()).isEqualTo(4);
    assertThat(figures.retries()).isEqualTo(1);
    assertThat(broker.producers).hasValue(2);
  }

  @Test
  void nothingIsSentBehindAnEventThatFailsAtOnce() throws Exception {
    broker.failuresAtOnce.put("a1", new TimeoutException("no metadata"));
    BatchedEventPublisher publisher = builder(4).build();
    publish(publisher, "b1", "a1", "b2", "a2");
    await().until(() -> publisher.figures().retries() >= 1);

    assertThat(broker.log).containsExactly("b1");
    assertThat(broker.sent).doesNotContain("b2", "a2");

    broker.failuresAtOnce.clear();
    publisher.close();
    assertThat(broker.log).containsExactly("b1", "a1", "b2", "a2");
    assertThat(broker.producers).hasValue(1);
  }

  @Test
  void batchIsKeptUntilItIsTaken() throws Exception {
    broker.thrown.put("a1", new TimeoutException("no metadata"));

    PublisherFigures figures = publish("a1", "a2");

    assertThat(broker.log).containsExactly("a1", "a2");
    assertThat(figures.waiting()).isZero();
    assertThat(broker.producers).hasValue(1);
  }

  @Test
  void producerThatHasFailedForGoodIsReplaced() throws Exception {
    broker.thrown.put("a2", new KafkaException("fenced"));

    publish("a1", "a2", "b1");

    assertThat(broker.log).containsExactly("a1", "a2", "b1");
    assertThat(broker.producers).hasValue(2);
  }

  @Test
  void eventsWithoutAKeyThatAreAcknowledgedDoNotGoAgain() throws Exception {
    broker.failures.put("a2", new TimeoutException("expired"));
    try (BatchedEventPublisher publisher = builder(3).build()) {
      for (String event : List.of("a1", "a2", "a3")) {
        publisher.publish(event, new ProducerRecord<>("topic", event.getBytes(UTF_8)));
      }
      publisher.flush(Duration.ofSeconds(30));
    }

    assertThat(broker.log).containsExactly("a1", "a2", "a3");
  }

  @Test
  void eventThatKafkaWillNeverTakeIsToldAndHoldsNothingBack() throws Exception {
    broker.failuresAtOnce.put("a1", new RecordTooLargeException("too large"));

    PublisherFigures figures = publish("a1", "a2");

    assertThat(refused).containsExactly("a1");
    assertThat(broker.log).containsExactly("a2");
    assertThat(figures.refused()).isEqualTo(1);
    assertThat(figures.published()).isEqualTo(1);
    assertThat(figures.retries()).isZero();
  }

  @Test
  void invalidEventIsFoundAmongThoseThatFailWithIt() throws Exception {
    broker.poison.put("b1", new InvalidRecordException("no key"));

    publish("a1", "b1", "a2", "b2");

    assertThat(refused).containsExactly("b1");
    assertThat(broker.log).containsExactly("a1", "a2", "b2");
  }

  @Test
  void eventThatFailsAloneIsRefusedWhenPatienceIsOver() throws Exception {
    broker.poison.put("b1", new KafkaException("nobody knows"));

    publish(builder(4).patience(Duration.ofMillis(1)), "a1", "b1", "a2", "b2");

    assertThat(refused).containsExactly("b1");
    assertThat(broker.log).containsExactly("a1", "a2", "b2");
  }

  @Test
  void eventThatFailsAloneHoldsBackItsKeyOnly() throws Exception {
    broker.poison.put("b1", new KafkaException("nobody knows"));
    BatchedEventPublisher publisher = builder(4).build();
    publish(publisher, "a1", "b1", "a2", "b2");
    await().until(() -> broker.log.equals(List.of("a1", "a2")));

    broker.poison.clear();
    publisher.close();

    assertThat(broker.log).containsExactly("a1", "a2", "b1", "b2");
    assertThat(refused).isEmpty();
  }

  @Test
  void eventsForAMissingTopicAreRefusedWhenPatienceIsOver() throws Exception {
    broker.failuresAtOnce.put(
        "b1", new TimeoutException("not present", new UnknownTopicOrPartitionException("unknown")));
    broker.failuresAtOnce.put("c1", new TopicAuthorizationException("not allowed"));
    try (BatchedEventPublisher publisher = builder(4).patience(Duration.ofMillis(1)).build()) {
      for (String event : List.of("b1", "b2", "c1", "a1")) {
        String topic = event.substring(0, 1);
        publisher.publish(event, new ProducerRecord<>(topic, new byte[1], event.getBytes(UTF_8)));
      }
      publisher.flush(Duration.ofSeconds(30));
    }

    assertThat(refused).containsExactlyInAnyOrder("b1", "b2", "c1");
    assertThat(broker.log).containsExactly("a1");
  }

  @Test
  void eventForAMissingPartitionIsRefusedWhenPatienceIsOver() throws Exception {
    broker.failuresAtOnce.put("b1", new TimeoutException("not present"));
    try (BatchedEventPublisher publisher = builder(2).patience(Duration.ofMillis(1)).build()) {
      publisher.publish(
          "b1", new ProducerRecord<>("topic", 7, "b".getBytes(UTF_8), "b1".getBytes(UTF_8)));
      publish(publisher, "a1");
      publisher.flush(Duration.ofSeconds(30));
    }

    assertThat(refused).containsExactly("b1");
    assertThat(broker.log).containsExactly("a1");
  }

  @Test
  void nothingIsRefusedForWhatConcernsTheConnection() throws Exception {
    broker.failuresAtOnce.put("a1", new SaslAuthenticationException("expired password"));
    BatchedEventPublisher publisher = builder(2).patience(Duration.ofNanos(1)).build();
    publish(publisher, "a1", "a2");
    await().until(() -> publisher.figures().retries() >= 2);

    broker.failuresAtOnce.clear();
    publisher.close();

    assertThat(broker.log).containsExactly("a1", "a2");
    assertThat(refused).isEmpty();
  }

  @Test
  void batchesThatWereSentForTheirAgeAreCounted() throws Exception {
    PublisherFigures full = publish("a1", "a2");
    try (BatchedEventPublisher publisher = builder(2).longestWait(Duration.ofMillis(1)).build()) {
      publish(publisher, "b1");
      await().until(() -> publisher.figures().batches() == 1);

      assertThat(full.batches()).isEqualTo(1);
      assertThat(full.efficiency()).isEqualTo(1);
      assertThat(publisher.figures().smallBatches()).isEqualTo(1);
      assertThat(publisher.figures().efficiency()).isZero();
    }
    assertThat(new PublisherFigures(1, 0, 0, 0, 4, 1, 0).efficiency()).isEqualTo(0.75);
  }

  @Test
  void refusedEventMayBePublishedAgainWhenItIsTold() throws Exception {
    broker.failuresAtOnce.put("a1", new RecordTooLargeException("too large"));
    AtomicReference<BatchedEventPublisher> self = new AtomicReference<>();
    List<PublishOutcome> outcomes = new CopyOnWriteArrayList<>();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    BatchedEventPublisher publisher =
        builder(1)
            .capacity(1, 1_000_000)
            .onRefused(
                (id, failure) -> {
                  outcomes.add(self.get().offer(id, record("a2")));
                  for (Runnable action :
                      List.<Runnable>of(self.get()::close, () -> more(self.get()))) {
                    try {
                      action.run();
                    } catch (IllegalStateException e) {
                      thrown.add(e);
                    }
                  }
                })
            .build();
    self.set(publisher);
    publish(publisher, "a1");
    publisher.flush(Duration.ofSeconds(30));
    publisher.close();

    assertThat(outcomes).containsExactly(PublishOutcome.TAKEN);
    assertThat(broker.log).containsExactly("a2");
    assertThat(thrown)
        .extracting(Throwable::getMessage)
        .satisfiesExactly(
            message -> assertThat(message).startsWith("close within onRefused would wait"),
            message -> assertThat(message).startsWith("no room for event 'more'"));
  }

  private static void more(BatchedEventPublisher publisher) {
    try {
      publisher.publish("more", record("more"));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void errorEndsThePublisherAndIsToldToAll() throws Exception {
    broker.failuresAtOnce.put("a1", new RecordTooLargeException("too large"));
    BatchedEventPublisher publisher =
        builder(2)
            .onRefused(
                (id, failure) -> {
                  throw new AssertionError("a fault of the caller's");
                })
            .build();
    publish(publisher, "a1", "a2");

    assertThatIllegalStateException()
        .isThrownBy(() -> publisher.flush(Duration.ofSeconds(30)))
        .withStackTraceContaining("a fault of the caller's");
    assertThatIllegalStateException()
        .isThrownBy(() -> publisher.offer("a3", record("a3")))
        .withStackTraceContaining("a fault of the caller's");
    publisher.close();
  }

  @Test
  void closeNamesTheLastFailureOnceAndItsExceptionCanBeStored() throws Exception {
    broker.failuresAtOnce.put("a2", new TimeoutException("no metadata"));
    BatchedEventPublisher publisher = builder(3).build();
    publish(publisher, "a1", "a2", "a3");
    await().until(() -> publisher.figures().retries() >= 3);

    assertThatThrownBy(() -> publisher.close(Duration.ofMillis(1)))
        .hasRootCauseMessage("no metadata")
        .isInstanceOfSatisfying(
            UndeliveredEventsException.class,
            e -> assertThat(stored(e).ids()).containsExactly("a2", "a3"));
    publisher.close();
  }

  private static UndeliveredEventsException stored(UndeliveredEventsException exception) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new ObjectOutputStream(bytes).writeObject(exception);
      return (UndeliveredEventsException)
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void closeInTheMidstOfAPassNamesWhatIsNotAnswered() throws Exception {
    broker.failuresAtOnce.put("a1", new RecordTooLargeException("too large"));
    broker.silent.add("a3");
    BatchedEventPublisher publisher = builder(4).build();
    publish(publisher, "a1", "a2", "a3", "a4", "a5");
    broker.isSilent.await();
    Thread.currentThread().interrupt();

    assertThatThrownBy(publisher::close)
        .isInstanceOfSatisfying(
            UndeliveredEventsException.class,
            e -> assertThat(e.ids()).containsExactly("a3", "a4", "a5"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(refused).containsExactly("a1");
  }
}
