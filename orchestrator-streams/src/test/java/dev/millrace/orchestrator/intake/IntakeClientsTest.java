package dev.millrace.orchestrator.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer as Kafka Streams sees it, over one of the client library. */
class IntakeClientsTest {
  private static final TopicPartition STARTS = new TopicPartition("starts", 0);
  private static final TopicPartition STARTS_1 = new TopicPartition("starts", 1);
  private static final TopicPartition COMPLETIONS = new TopicPartition("completions", 0);

  private final AtomicLong open = new AtomicLong();
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private final MockConsumer<byte[], byte[]> mock = new MockConsumer<>("earliest");
  private final Consumer<byte[], byte[]> consumer =
      new IntakeClients(
              new DefaultKafkaClientSupplier() {
                @Override
                public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
                  return mock;
                }
              },
              new IntakeValve(
                  new IntakeSettings(10, 0, 0, 0, 50),
                  open::get,
                  () -> 0,
                  () -> 0,
                  () -> 0,
                  InstantSource.system()),
              "starts")
          .getConsumer(Map.of());

  @BeforeEach
  void assign() {
    consumer.subscribe(Set.of("starts", "completions"));
    rebalance(STARTS, COMPLETIONS);
  }

  /** As a real consumer does it: what is lost is paused no more. */
  private void rebalance(TopicPartition... assigned) {
    Set<TopicPartition> lost = new HashSet<>(mock.paused());
    lost.removeAll(Set.of(assigned));
    mock.resume(lost);
    mock.rebalance(List.of(assigned));
    for (TopicPartition each : assigned) {
      mock.updateBeginningOffsets(Map.of(each, 0L));
      long position = next.getOrDefault(each, 0L);
      mock.seek(each, position);
    }
  }

  private void close() {
    open.set(10);
  }

  private void reopen() {
    open.set(0);
  }

  /** The partitions of which there are records when each has one more. */
  private Set<TopicPartition> polled() {
    for (TopicPartition each : mock.assignment()) {
      if (!mock.paused().contains(each)) {
        long offset = next.merge(each, 1L, Long::sum) - 1;
        mock.addRecord(
            new ConsumerRecord<>(each.topic(), each.partition(), offset, new byte[0], new byte[0]));
      }
    }
    return consumer.poll(Duration.ZERO).partitions();
  }

  @Test
  void onlyStartsWaitWhileTheValveIsClosedAndTheOwnerDoesNotSeeIt() {
    assertThat(polled()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);

    close();
    consumer.poll(Duration.ZERO);
    assertThat(polled()).containsExactly(COMPLETIONS);
    assertThat(mock.paused()).containsExactly(STARTS);
    assertThat(consumer.paused()).isEmpty();

    reopen();
    consumer.poll(Duration.ZERO);
    assertThat(polled()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);
  }

  @Test
  void ownersPauseOutlastsTheValve() {
    close();
    consumer.poll(Duration.ZERO);
    consumer.pause(List.of(STARTS, COMPLETIONS));
    reopen();
    consumer.poll(Duration.ZERO);

    assertThat(consumer.paused()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);
    assertThat(mock.paused()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);

    consumer.resume(List.of(STARTS, COMPLETIONS));
    assertThat(polled()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);
  }

  @Test
  void whatTheOwnerGoesOnWithWaitsForTheValve() {
    consumer.pause(List.of(STARTS, COMPLETIONS));
    close();
    consumer.poll(Duration.ZERO);

    consumer.resume(List.of(STARTS, COMPLETIONS));
    assertThat(consumer.paused()).isEmpty();
    assertThat(polled()).containsExactly(COMPLETIONS);

    reopen();
    consumer.poll(Duration.ZERO);
    assertThat(polled()).containsExactlyInAnyOrder(STARTS, COMPLETIONS);
  }

  @Test
  void partitionThatComesWithARebalanceWaitsToo() {
    close();
    consumer.poll(Duration.ZERO);
    rebalance(STARTS_1, COMPLETIONS);
    consumer.poll(Duration.ZERO);

    assertThat(mock.paused()).containsExactly(STARTS_1);
    assertThat(polled()).containsExactly(COMPLETIONS);

    reopen();
    consumer.poll(Duration.ZERO);
    assertThat(polled()).containsExactlyInAnyOrder(STARTS_1, COMPLETIONS);
  }

  @Test
  void partitionThatWasLostAndIsPausedByItsOwnerWhenItComesBackStaysPaused() {
    close();
    consumer.poll(Duration.ZERO);
    rebalance(COMPLETIONS);
    rebalance(STARTS, COMPLETIONS);
    consumer.pause(List.of(STARTS)); // its task restores
    reopen();
    consumer.poll(Duration.ZERO);

    assertThat(polled()).containsExactly(COMPLETIONS);
    assertThat(consumer.paused()).containsExactly(STARTS);
  }

  @Test
  void failuresOfTheConsumerAreItsOwn() {
    assertThatThrownBy(() -> consumer.pause(List.of(STARTS_1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> consumer.position(STARTS_1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(StreamSupport.stream(consumer.poll(Duration.ZERO).spliterator(), false)).isEmpty();
  }
}
