package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
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

  private static ProducerRecord<byte[], byte[]> record(String id, int bytes) {
    return new ProducerRecord<>("topic", id.getBytes(UTF_8), new byte[bytes]);
  }

  private static PublishOutcome put(EventBuffer buffer, String id) throws InterruptedException {
    return buffer.put(id, record(id, 10));
  }

  private static PublishOutcome offer(EventBuffer buffer, String id) {
    return buffer.offer(id, record(id, 10));
  }

  private static void settle(EventBuffer buffer) {
    buffer.keep(List.of(), List.of());
    buffer.settle();
  }

  private static List<String> ids(EventBuffer.Batch batch) {
    return batch.events().stream().map(Event::id).toList();
  }

  @Test
  void batchIsReadyWhenItHasEnoughEvents() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    put(buffer, "a");
    put(buffer, "b");
    put(buffer, "c");

    EventBuffer.Batch batch = buffer.take();

    assertThat(ids(batch)).containsExactly("a", "b");
    assertThat(batch.isFull()).isTrue();
  }

  @Test
  void batchIsReadyWhenItHasEnoughBytes() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put("a", record("a", 2_000));

    assertThat(ids(buffer.take())).containsExactly("a");
  }

  @Test
  void batchIsReadyWhenItsOldestEventHasWaitedLongEnough() throws InterruptedException {
    EventBuffer buffer = buffer(Duration.ofMillis(1), 100, NEVER);
    put(buffer, "a");

    EventBuffer.Batch batch = buffer.take();

    assertThat(ids(batch)).containsExactly("a");
    assertThat(batch.isFull()).isFalse();
  }

  @Test
  void idThatWasTakenIsLeftOut() throws InterruptedException {
    EventBuffer buffer = patientBuffer();

    assertThat(put(buffer, "a")).isEqualTo(PublishOutcome.TAKEN);
    assertThat(put(buffer, "a")).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(buffer.duplicates()).isEqualTo(1);
  }

  @Test
  void oldestIdsAreForgottenFirst() throws InterruptedException {
    EventBuffer buffer = buffer(NEVER, 2, NEVER);
    put(buffer, "a");
    put(buffer, "b");
    put(buffer, "c");

    assertThat(offer(buffer, "c")).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(offer(buffer, "b")).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(offer(buffer, "a")).isEqualTo(PublishOutcome.TAKEN);
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
      put(buffer, id);
    }
    assertThat(offer(buffer, "e")).isEqualTo(PublishOutcome.FULL);
    CompletableFuture<PublishOutcome> fifth = putLater(buffer, "e");
    buffer.take();
    assertThat(fifth).isNotDone();

    settle(buffer);

    assertThat(fifth.join()).isEqualTo(PublishOutcome.TAKEN);
  }

  @Test
  void eventLargerThanTheCapacityIsTakenAlone() {
    EventBuffer buffer = patientBuffer();

    assertThat(buffer.offer("large", record("large", 10_000))).isEqualTo(PublishOutcome.TAKEN);
    assertThat(offer(buffer, "small")).isEqualTo(PublishOutcome.FULL);
  }

  @Test
  void whatIsRefusedMayBePublishedAgain() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    buffer.put("a", record("a", 2_000));
    EventBuffer.Batch batch = buffer.take();

    buffer.keep(List.of(), batch.events());

    assertThat(offer(buffer, "a")).isEqualTo(PublishOutcome.TAKEN);
  }

  @Test
  void acknowledgedEventsMakeRoomBeforeTheirBatchIsSettled() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    for (String id : List.of("a", "b", "c", "d")) {
      put(buffer, id);
    }
    EventBuffer.Batch batch = buffer.take();

    buffer.keep(batch.events().subList(1, 2), List.of());

    assertThat(offer(buffer, "e")).isEqualTo(PublishOutcome.TAKEN);
    assertThat(offer(buffer, "f")).isEqualTo(PublishOutcome.FULL);
    assertThat(buffer.undelivered()).extracting(Event::id).containsExactly("b", "c", "d", "e");
  }

  @Test
  void headersAndIdsCountAsBytes() {
    EventBuffer buffer = patientBuffer();
    ProducerRecord<byte[], byte[]> record = record("large", 10);
    record.headers().add("large", new byte[3_900]);
    buffer.offer("large", record);

    assertThat(offer(buffer, "small")).isEqualTo(PublishOutcome.FULL);
    assertThat(Event.bytes("i".repeat(500), record("a", 0)))
        .isGreaterThanOrEqualTo(Event.bytes("", record("a", 0)) + 500);
  }

  @Test
  void callersRecordStaysAsItIs() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    ProducerRecord<byte[], byte[]> record = record("a", 2_000);
    ((RecordHeaders) record.headers()).setReadOnly();

    assertThat(buffer.put("a", record)).isEqualTo(PublishOutcome.TAKEN);
    assertThat(buffer.put("a", record)).isEqualTo(PublishOutcome.DUPLICATE);
    assertThat(record.headers()).isEmpty();
    assertThat(buffer.take().events().getFirst().record().headers()).hasSize(1);
  }

  @Test
  void eventWithoutRoomSendsWhatWaitsThoughItIsNoFullBatch() throws InterruptedException {
    EventBuffer buffer =
        new EventBuffer(new PublisherLimits(4, 4_000, 4, 4_000, NEVER, 100, NEVER));
    put(buffer, "small");
    assertThat(buffer.offer("large", record("large", 3_900))).isEqualTo(PublishOutcome.FULL);

    assertThat(ids(buffer.take())).containsExactly("small");
  }

  @Test
  void flushLeavesLaterBatchesToFill() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    put(buffer, "a");
    assertThat(buffer.flush(1)).isFalse();
    assertThat(ids(buffer.take())).containsExactly("a");
    put(buffer, "b");
    settle(buffer);
    CompletableFuture<EventBuffer.Batch> next = takeLater(buffer);
    assertThat(next)
        .failsWithin(Duration.ofMillis(100))
        .withThrowableOfType(TimeoutException.class);
    put(buffer, "c");

    assertThat(ids(next.join())).containsExactly("b", "c");
  }

  @Test
  void whatStaysBehindABatchKeepsItsAge() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    put(buffer, "a");
    long before = System.nanoTime();
    put(buffer, "b");
    put(buffer, "c");
    long after = System.nanoTime();
    buffer.take();
    settle(buffer);

    assertThat(buffer.undelivered()).hasSize(1);
    assertThat(buffer.undelivered().getFirst().takenNanos()).isBetween(before, after);
  }

  @Test
  void whoeverWaitsIsToldThatThePublisherIsBroken() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    for (String id : List.of("a", "b", "c", "d")) {
      put(buffer, id);
    }
    CompletableFuture<PublishOutcome> waiting = putLater(buffer, "e");

    buffer.fail(new AssertionError("broken"));

    assertThatThrownBy(waiting::join).hasRootCauseMessage("broken");
    assertThatIllegalStateException()
        .isThrownBy(() -> buffer.flush(Long.MAX_VALUE))
        .withMessageContaining("is broken")
        .withCauseInstanceOf(AssertionError.class);
  }

  @Test
  void flushSendsWhatIsThereAndWaitsForIt() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    put(buffer, "a");
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
    settle(buffer);

    assertThat(flushed.join()).isTrue();
  }

  @Test
  void flushEndsWhenItsTimeIsOver() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    put(buffer, "a");

    assertThat(buffer.flush(1)).isFalse();
  }

  @Test
  void closedBufferGivesOutItsRestAndTakesNothing() throws InterruptedException {
    EventBuffer buffer = patientBuffer();
    for (String id : List.of("a", "b", "c", "d")) {
      put(buffer, id);
    }
    CompletableFuture<PublishOutcome> waiting = putLater(buffer, "e");
    buffer.close();

    await().until(waiting::isCompletedExceptionally);
    assertThatIllegalStateException()
        .isThrownBy(() -> offer(buffer, "f"))
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

  private static CompletableFuture<PublishOutcome> putLater(EventBuffer buffer, String id) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return put(buffer, id);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static CompletableFuture<EventBuffer.Batch> takeLater(EventBuffer buffer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return buffer.take();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
