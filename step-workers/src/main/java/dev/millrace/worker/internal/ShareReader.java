package dev.millrace.worker.internal;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a share group: acquires a batch of commands, at most as many as it has slots, and
 * the next one when all of the batch are finished, since its client gives out nothing new before.
 * Meanwhile it renews the locks of those that are not.
 *
 * <p>The thread that calls {@link #run} owns the consumer and the batch.
 */
final class ShareReader {
  private static final Logger LOG = LoggerFactory.getLogger(ShareReader.class);

  /** Longest time in one poll or at rest, so how late a stop is noticed. */
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

  /** How long the broker has to answer; locks that it has not renewed by then count as lost. */
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

  /** For what was renewed to come back; it is there unless the broker has not answered in time. */
  private static final Duration RENEWED_TIMEOUT = Duration.ofMillis(10);

  /** How long the client may keep what was to be renewed without a word about it. */
  private static final long MISSING_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** Kafka's default, for as long as no broker has said what it is. */
  private static final long LOCK_MS = 30_000;

  /** Locks are renewed when this part of their time is over. */
  private static final int RENEWALS_PER_LOCK = 3;

  /** A poll is due at least that often, or the member leaves the group after 5 minutes. */
  private static final long MOST_BETWEEN_RENEWALS_MS = 60_000;

  /** A finished command gives back its slot at about the time when it says that it is finished. */
  private static final long SLOT_CHECK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final ShareConsumer<byte[], byte[]> consumer;
  private final CommandDecoder decoder;
  private final CommandRunner runner;
  private final Slots slots;
  private final StopSignal stop;
  private final String topic;
  private final long commitNanos;
  private final int deliveries;
  private final Map<Place, Delivery> batch = new LinkedHashMap<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private @Nullable Thread thread;
  private boolean settled;
  private boolean isWaitingForRegistry;
  private long polledNanos = System.nanoTime();
  private long renewedNanos;
  private long committedNanos;
  private long startedNanos;

  ShareReader(
      WorkerSettings settings,
      ShareGroupSettings group,
      ShareConsumer<byte[], byte[]> consumer,
      CommandRunner runner,
      Slots slots,
      StopSignal stop) {
    this.deliveries = group.deliveries();
    this.consumer = consumer;
    this.topic = settings.topics().commands(settings.queue());
    this.decoder = new CommandDecoder(topic, settings.registry());
    this.runner = runner;
    this.slots = slots;
    this.stop = stop;
    this.commitNanos = settings.profile().commitInterval().toNanos();
  }

  /** Works until the stop signal, then finishes and accepts what is running, within its time. */
  void run() {
    thread = Thread.currentThread();
    consumer.setAcknowledgementCommitCallback(
        (offsets, failure) -> {
          if (failure != null) {
            offsets.forEach((partition, lost) -> lost(partition, lost, failure));
          }
        });
    consumer.subscribe(Set.of(topic));
    while (!stop.requested()) {
      settle();
      if (batch.isEmpty()) {
        acquire();
      } else {
        attend();
      }
    }
    drain();
  }

  /**
   * Gives to others what has not started, lets running commands finish, and keeps their locks
   * meanwhile.
   */
  private void drain() {
    batch.keySet().stream().mapToInt(Place::partition).distinct().forEach(runner::abandonWaiting);
    batch.values().stream().filter(delivery -> !delivery.hasStarted).forEach(Delivery::abandoned);
    settle();
    commit();
    while (!batch.isEmpty() && stop.nanosLeft() > 0) {
      attend();
      settle();
    }
    commit();
    if (!batch.isEmpty()) {
      LOG.warn("{}: {} are not finished in time and run again elsewhere", topic, batch.keySet());
    }
  }

  /**
   * Tells the broker what is settled, and waits for its answer. The end of the session would do so
   * too, but then the broker releases all that the member has, and whichever comes first holds.
   */
  private void commit() {
    if (settled) {
      settled = false;
      try {
        consumer.commitSync(COMMIT_TIMEOUT);
      } catch (RetriableException e) {
        LOG.warn(
            "{}: the broker has not answered what became of commands: {}", topic, e.toString());
      }
    }
  }

  /** Gets a batch and starts it. What was settled before goes to the broker with the request. */
  private void acquire() {
    long before = polledNanos;
    ConsumerRecords<byte[], byte[]> records = poll(POLL_TIMEOUT);
    polledNanos = System.nanoTime();
    if (records.isEmpty()) {
      return;
    }
    settled = false;
    renewedNanos = polledNanos;
    committedNanos = polledNanos;
    unfinished.set(records.count());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Delivery delivery = new Delivery(record);
      batch.put(delivery.place(), delivery);
    }
    if (polledNanos - before >= renewNanos()) {
      keepThoseStillHeld();
    }
    if (!stop.requested()) {
      startWaiting();
    }
  }

  /**
   * The client may have asked for these just before it gave out the former batch, and kept them
   * since. If that took long, others may have them by now: the broker says so when their locks are
   * renewed.
   */
  private void keepThoseStillHeld() {
    renew();
    if (batch.values().removeIf(delivery -> delivery.lock == Lock.LOST)) {
      unfinished.set(batch.size());
    }
  }

  /** Does what is due for a batch that is not finished, and rests. */
  private void attend() {
    long now = System.nanoTime();
    if (unfinished.get() == 0) {
      settle();
      if (!batch.isEmpty()) {
        renew(); // the client still has some of them, and gives them back
      }
      return;
    }
    if (now - renewedNanos >= renewNanos()) {
      renew();
      return;
    }
    if (settled && now - committedNanos >= commitNanos) {
      settled = false;
      committedNanos = now;
      consumer.commitAsync();
    }
    runner.startReady();
    if (isWaitingForRegistry
        && now - startedNanos >= PausingRegistry.PAUSE_NANOS
        && !stop.requested()) {
      startWaiting();
    }
    LockSupport.parkNanos(this, POLL_TIMEOUT.toNanos());
  }

  private void startWaiting() {
    startedNanos = System.nanoTime();
    isWaitingForRegistry = false;
    for (Delivery delivery : batch.values()) {
      if (!delivery.hasStarted && !stop.requested()) {
        start(delivery);
      }
    }
  }

  private void start(Delivery delivery) {
    ConsumerRecord<byte[], byte[]> record = delivery.record;
    StepCommand command = null;
    Exception reason = null;
    try {
      command = decoder.decode(record);
    } catch (MalformedRecordException e) {
      reason = e;
    } catch (RegistryUnavailableException e) {
      if (!isWaitingForRegistry) {
        LOG.warn(
            "{} {} waits for the schema registry: {}", topic, delivery.place(), e.getMessage());
      }
      isWaitingForRegistry = true;
      return;
    }
    while (!slots.tryTake()) {
      if (stop.requested()) {
        return; // it goes to others
      }
      LockSupport.parkNanos(this, SLOT_CHECK_NANOS);
    }
    delivery.hasStarted = true;
    if (command != null && record.deliveryCount().orElse((short) 1) >= deliveries) {
      runner.startRefusal(record, command, deliveryLimit(command), delivery);
    } else if (command != null) {
      runner.start(record, command, delivery);
    } else if (reason != null) {
      runner.startDeadLetter(record, reason, delivery);
    }
  }

  /** Whatever happens in the last delivery, nobody would hear of it: so it goes to an answer. */
  private StepResult.Failed deliveryLimit(StepCommand command) {
    return StepResult.failed(
        StepResult.DELIVERY_LIMIT,
        "step '%s' was delivered %d times, the limit of the share group, and no worker has come to an end with it"
            .formatted(command.getStep(), deliveries));
  }

  /** Marks what is finished or given up as such, for the next request to the broker. */
  private void settle() {
    for (Iterator<Delivery> each = batch.values().iterator(); each.hasNext(); ) {
      Delivery delivery = each.next();
      AcknowledgeType end = delivery.end;
      if (end != null && delivery.lock != Lock.RENEWING) {
        if (delivery.lock == Lock.HELD) {
          consumer.acknowledge(delivery.record, end);
          settled = true;
        }
        each.remove();
      }
    }
  }

  /**
   * Renews the locks of what is not settled. Not by a poll alone, which would acquire more from
   * another broker; but only a poll gives back what was renewed, to be settled some time.
   */
  private void renew() {
    renewedNanos = System.nanoTime();
    settled = false;
    for (Delivery delivery : batch.values()) {
      if (delivery.lock == Lock.HELD) {
        consumer.acknowledge(delivery.record, AcknowledgeType.RENEW);
        delivery.lock = Lock.RENEWING;
        delivery.renewingSinceNanos = renewedNanos;
      } else if (delivery.lock == Lock.RENEWING
          && renewedNanos - delivery.renewingSinceNanos > MISSING_NANOS) {
        throw new IllegalStateException(
            "%s %s: its lock was to be renewed, and the client has not said whether it was"
                .formatted(topic, delivery.place()));
      }
    }
    consumer.commitSync(COMMIT_TIMEOUT);
    if (batch.values().stream().noneMatch(delivery -> delivery.lock == Lock.RENEWING)) {
      return;
    }
    for (ConsumerRecord<byte[], byte[]> record : poll(RENEWED_TIMEOUT)) {
      Delivery delivery = batch.get(Place.of(record));
      if (delivery != null) {
        delivery.lock = Lock.HELD;
      }
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return consumer.poll(timeout);
    } catch (RetriableException e) {
      LOG.warn("cannot read {} now and goes on trying: {}", topic, e.toString());
      LockSupport.parkNanos(this, POLL_TIMEOUT.toNanos());
      return ConsumerRecords.empty();
    }
  }

  private void lost(TopicIdPartition partition, Set<Long> offsets, Exception failure) {
    for (long offset : offsets) {
      Delivery delivery = batch.get(new Place(partition.partition(), offset));
      if (delivery != null) {
        delivery.lock = Lock.LOST;
      }
    }
    LOG.warn(
        "{}: the broker did not take what became of offsets {}, whose commands may run again: {}",
        partition.topicPartition(),
        offsets,
        failure.toString());
  }

  private long renewNanos() {
    long lockMs = consumer.acquisitionLockTimeoutMs().map(Integer::longValue).orElse(LOCK_MS);
    return TimeUnit.MILLISECONDS.toNanos(
        Math.min(lockMs / RENEWALS_PER_LOCK, MOST_BETWEEN_RENEWALS_MS));
  }

  private void wakeUp() {
    LockSupport.unpark(thread);
  }

  /** Where a record is in its topic. */
  private record Place(int partition, long offset) {
    static Place of(ConsumerRecord<byte[], byte[]> record) {
      return new Place(record.partition(), record.offset());
    }

    @Override
    public String toString() {
      return partition + "@" + offset;
    }
  }

  private enum Lock {
    /** The record is this reader's, to be accepted, released or renewed. */
    HELD,
    /** The client has it while it asks the broker. */
    RENEWING,
    /** Others may have it. */
    LOST
  }

  /** A record of the batch. */
  private final class Delivery implements Acknowledgement {
    private final ConsumerRecord<byte[], byte[]> record;
    private boolean hasStarted;
    private long renewingSinceNanos;
    private volatile @Nullable AcknowledgeType end;
    private Lock lock = Lock.HELD;

    Delivery(ConsumerRecord<byte[], byte[]> record) {
      this.record = record;
    }

    Place place() {
      return Place.of(record);
    }

    @Override
    public void finished() {
      endAs(AcknowledgeType.ACCEPT);
    }

    @Override
    public void abandoned() {
      endAs(AcknowledgeType.RELEASE);
    }

    private void endAs(AcknowledgeType type) {
      end = type;
      if (unfinished.decrementAndGet() == 0) {
        wakeUp();
      }
    }
  }
}
