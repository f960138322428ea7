package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.RandomTiming;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120) // for what would wait for ever
final class PollLoopTimingTest {
  private static final TopicPartition PARTITION = new TopicPartition(HurriedWorker.COMMANDS, 0);
  private static final CommandDecoder DECODER =
      new CommandDecoder(HurriedWorker.COMMANDS, HurriedWorker.REGISTRY);
  private static final Duration LONG = Duration.ofMinutes(1);

  /** A consumer that does the next of some things in each poll. */
  private static final class Script extends MockConsumer<byte[], byte[]> {
    private final HurriedWorker worker;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final AtomicLong committed = new AtomicLong(-1);
    private final Semaphore acknowledgements = new Semaphore(0);
    private final Ending ending;
    private @Nullable ConsumerRebalanceListener listener;
    private int polls;

    /** What happens in the polls after the one that gives the records. */
    interface Ending {
      void poll(Script consumer, int number);
    }

    Script(HurriedWorker worker, List<ConsumerRecord<byte[], byte[]>> records, Ending ending) {
      super("earliest");
      this.worker = worker;
      this.records = records;
      this.ending = ending;
      worker.afterAcknowledgement = acknowledgements::release;
    }

    @Override
    public synchronized void subscribe(
        Collection<String> topics, ConsumerRebalanceListener rebalances) {
      listener = rebalances;
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      RandomTiming.pause();
      polls++;
      if (polls == 1) {
        listener().onPartitionsAssigned(List.of(PARTITION));
      } else if (polls == 2) {
        return new ConsumerRecords<>(
            Map.of(PARTITION, records), Map.of(PARTITION, new OffsetAndMetadata(records.size())));
      } else {
        ending.poll(this, polls - 3);
      }
      return ConsumerRecords.empty();
    }

    void revoke() {
      listener().onPartitionsRevoked(List.of(PARTITION));
    }

    private ConsumerRebalanceListener listener() {
      return Objects.requireNonNull(listener);
    }

    void awaitAcknowledgement() {
      acknowledgements.acquireUninterruptibly();
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {}

    @Override
    public synchronized void resume(Collection<TopicPartition> partitions) {}

    @Override
    public synchronized void commitSync(
        Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
      long offset = Objects.requireNonNull(offsets.get(PARTITION)).offset();
      for (long below = 0; below < offset; below++) {
        assertHolds(worker.isAcknowledged(below), below + " is below the committed " + offset);
      }
      assertHolds(committed.getAndSet(offset) < offset, offset + " goes back");
    }
  }

  private static void run(
      int slots,
      boolean inKeyOrder,
      Duration drain,
      List<ConsumerRecord<byte[], byte[]>> records,
      Script.Ending ending,
      int starts) {
    HurriedWorker worker = new HurriedWorker(slots, inKeyOrder, drain);
    Script consumer = new Script(worker, records, ending);
    PollLoop loop =
        new PollLoop(worker.settings, consumer, DECODER, worker.runner, worker.slots, worker.stop);
    worker.threads.start(loop::run);
    worker.end(starts);
    if (!drain.isZero()) {
      for (int number = 0; number < records.size(); number++) {
        boolean isCommitted = number < consumer.committed.get();
        assertHolds(
            isCommitted == worker.isStarted(number), number + " is started or committed only");
      }
    }
  }

  @Test
  void closeCommitsWhatWasStartedAndAcknowledged() {
    List<ConsumerRecord<byte[], byte[]>> records = HurriedWorker.records(0, "a", "a", "a");
    RandomTiming.repeat(
        () ->
            run(
                2,
                false,
                LONG,
                records,
                (consumer, poll) -> consumer.worker.stop.request(LONG),
                2));
  }

  @Test
  void closeAtAnyMomentEndsTheLoopAndCommitsWhatWasStarted() {
    List<ConsumerRecord<byte[], byte[]>> records = HurriedWorker.records(0, "a", "a");
    RandomTiming.repeat(
        () ->
            run(
                2,
                true,
                LONG,
                records,
                (consumer, poll) -> {
                  if (poll == 0) {
                    consumer.worker.threads.start(() -> consumer.worker.stop.request(LONG));
                  }
                },
                0));
  }

  @Test
  void partitionThatIsGivenBackInTheMiddleIsCommittedUpToWhatIsAcknowledged() {
    List<ConsumerRecord<byte[], byte[]>> records = HurriedWorker.records(0, "a", "a", "a");
    RandomTiming.repeat(
        () ->
            run(
                4,
                false,
                Duration.ZERO,
                records,
                (consumer, poll) -> {
                  if (poll == 0) {
                    consumer.revoke();
                  } else {
                    consumer.worker.stop.request(Duration.ZERO);
                  }
                },
                3));
  }

  @Test
  void commandsOfAKeyAndTypeRunOneAfterAnotherAndAllAreCommitted() {
    List<ConsumerRecord<byte[], byte[]>> records =
        HurriedWorker.records(0, HurriedWorker.LIMITED, "a", HurriedWorker.LIMITED);
    RandomTiming.repeat(
        () ->
            run(
                2,
                true,
                LONG,
                records,
                (consumer, poll) -> {
                  consumer.awaitAcknowledgement();
                  if (poll == 2) {
                    consumer.worker.stop.request(LONG);
                  }
                },
                3));
  }
}
