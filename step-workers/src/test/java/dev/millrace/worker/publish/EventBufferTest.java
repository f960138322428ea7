package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a batch is ready, what is left out, and what waits for room. */
@Timeout(60)
final class EventBufferTest {
  private static final Duration NEVER = Duration.ofHours(1);

  private static EventBuffer buffer(Duration longestWait, int duplicateIds, Duration window) {
    return new EventBuffer(
        new PublisherLimits(4, 4_000, 2, 1_000, longestWait, duplicateIds, window));
  }

  private static EventBuffer patientBuffer() {
    return buffer(NEVER, 100, NEVER);
  }

  private static Event event(String id) {
    return event(id, 10);
  }

  private static Event event(String id, int bytes) {
    return new Event(id, new ProducerRecord<>("topic", id.getBytes(UTF_8), new byte[bytes]));
  }

  private static List<String> ids(EventBuffer.Batch batch) {
    return batch.events().stream().map(Event::id).toList();
  }

  @Test
  void batchIsReadyWhenItHasEnoughEvents() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put(event("a"));
    buffer.put(event("b"));
    buffer.put(event("c"));

    EventBuffer.Batch batch = buffer.take();

    assertThat(ids(batch)).containsExactly("a", "b");
    assertThat(batch.isFull()).isTrue();
  }

  @Test
  void batchIsReadyWhenItHasEnoughBytes() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put(event("a", 2_000));

    assertThat(ids(buffer.take())).containsExactly("a");
  }

  @Test
  void batchIsReadyWhenItsOldestEventHasWaitedLongEnough() throws InterruptedException {
    EventBuffer buffer = buffer(Duration.ofMillis(1), 100, NEVER);
    buffer.put(event("a"));

    EventBuffer.Batch batch = buffer.take();

    assertThat(ids(batch)).containsExactly("a");
    assertThat(batch.isFull()).isFalse();
  }

  @Test
  void idThatWasTakenIsLeftOut() throws InterruptedException {
    EventBuffer buffer = patientBuffer();

    assertThat(buffer.put(event("a"))).isEqualTo(PublishOutcome.TAKEN);
    assertThat(buffer.put(event("a"))).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(buffer.duplicates()).isEqualTo(1);
  }

  @Test
  void oldestIdsAreForgottenFirst() throws InterruptedException {
    EventBuffer buffer = buffer(NEVER, 2, NEVER);
    buffer.put(event("a"));
    buffer.put(event("b"));
    buffer.put(event("c"));

    assertThat(buffer.offer(event("c"))).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(buffer.offer(event("b"))).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(buffer.offer(event("a"))).isEqualTo(PublishOutcome.TAKEN);
  }

  @Test
  void idsAreForgottenWhenTheWindowIsOver() {
    DuplicateFilter filter = new DuplicateFilter(10, 100);
    filter.add("a", 0);

    assertThat(filter.contains("a", 100)).isTrue();
    assertThat(filter.contains("a", 101)).isFalse();
  }

  @Test
  void eventsWaitForRoomUntilABatchIsSettled() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    for (String id : List.of("a", "b", "c", "d")) {
      buffer.put(event(id));
    }
    assertThat(buffer.offer(event("e"))).isEqualTo(PublishOutcome.FULL);
    CompletableFuture<PublishOutcome> fifth = put(buffer, "e");
    buffer.take();
    assertThat(fifth).isNotDone();

    buffer.settle(List.of());

    assertThat(fifth.join()).isEqualTo(PublishOutcome.TAKEN);
  }

  @Test
  void eventLargerThanTheCapacityIsTakenAlone() {
    EventBuffer buffer = patientBuffer();

    assertThat(buffer.offer(event("large", 10_000))).isEqualTo(PublishOutcome.TAKEN);
    assertThat(buffer.offer(event("small"))).isEqualTo(PublishOutcome.FULL);
  }

  @Test
  void whatIsRefusedMayBePublishedAgain() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    Event event = event("a", 2_000);
    buffer.put(event);
    buffer.take();

    buffer.settle(List.of(event));

    assertThat(buffer.offer(event)).isEqualTo(PublishOutcome.TAKEN);
  }

  @Test
  void flushSendsWhatIsThereAndWaitsForIt() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put(event("a"));
    CompletableFuture<Boolean> flushed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return buffer.flush(Long.MAX_VALUE);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(ids(buffer.take())).containsExactly("a");
    assertThat(flushed).isNotDone();
    buffer.settle(List.of());

    assertThat(flushed.join()).isTrue();
  }

  @Test
  void flushEndsWhenItsTimeIsOver() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put(event("a"));

    assertThat(buffer.flush(1)).isFalse();
  }

  @Test
  void closedBufferGivesOutItsRestAndTakesNothing() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    for (String id : List.of("a", "b", "c", "d")) {
      buffer.put(event(id));
    }
    CompletableFuture<PublishOutcome> waiting = put(buffer, "e");
    buffer.close();

    await().until(waiting::isCompletedExceptionally);
    assertThatIllegalStateException()
        .isThrownBy(() -> buffer.offer(event("f")))
        .withMessage("the publisher is closed");
    assertThat(ids(buffer.take())).containsExactly("a", "b");
    assertThat(ids(buffer.take())).containsExactly("c", "d");
    assertThat(ids(buffer.take())).isEmpty();
  }

  @Test
  void limitsAreAtLeastOneAndFitTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PublisherLimits(0, 1, 1, 1, NEVER, 1, NEVER))
        .withMessage("capacity in events 0: must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PublisherLimits(1, 10, 2, 1, NEVER, 1, NEVER))
        .withMessageContaining("never fills one");
  }

  private static CompletableFuture<PublishOutcome> put(EventBuffer buffer, String id) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return buffer.put(event(id));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
