package dev.millrace.worker.internal;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads commands, starts them while slots are free, and commits what is finished. The thread that
 * calls {@link #run} owns the consumer and the lanes.
 */
final class PollLoop implements CommandSource, ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);

  /** Longest time in one poll, so how late a stop is noticed. */
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

  /** Longest time without a poll while slots are full or being drained. */
  private static final long KEEP_ALIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How often a drain looks whether it is done. */
  private static final long DRAIN_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final CommandDecoder decoder;
  private final CommandRunner runner;
  private final Slots slots;
  private final StopSignal stop;
  private final String topic;
  private final int runAhead;
  private final long commitNanos;
  private final Duration drainTimeout;
  private final Map<TopicPartition, Lane> lanes = new LinkedHashMap<>();

  /** The lanes in the order in which they get the next free slots. */
  private List<Lane> turns = List.of();

  private int firstTurn;
  private long lastPollNanos = System.nanoTime();
  private long lastCommitNanos = System.nanoTime();

  PollLoop(
      WorkerSettings settings,
      Consumer<byte[], byte[]> consumer,
      CommandDecoder decoder,
      CommandRunner runner,
      Slots slots,
      StopSignal stop) {
    this.consumer = consumer;
    this.decoder = decoder;
    this.runner = runner;
    this.slots = slots;
    this.stop = stop;
    this.topic = settings.topics().commands(settings.queue());
    this.runAhead = settings.profile().runAhead();
    this.commitNanos = settings.profile().commitInterval().toNanos();
    this.drainTimeout = settings.drainTimeout();
  }

  /** Works until the stop signal, then finishes and commits what is running, within its time. */
  @Override
  public void run() {
    consumer.subscribe(List.of(topic), this);
    while (!stop.requested()) {
      turn();
    }
    drain();
    commitAndWait(lanes.values());
  }

  @Override
  public void close(Duration timeout) {
    consumer.close(CloseOptions.timeout(timeout));
  }

  private void turn() {
    boolean starved = startBacklog();
    commitIfDue();
    if (starved) {
      slots.awaitFree(KEEP_ALIVE_NANOS);
      pollToStayInTheGroup();
    } else {
      pauseLanes(runner.isFull());
      poll(POLL_TIMEOUT);
    }
  }

  /** Starts what was fetched. True if it had to leave some for want of slots. */
  private boolean startBacklog() {
    runner.startReady();
    long now = System.nanoTime();
    int count = turns.size();
    for (int i = 0; i < count; i++) {
      Lane lane = turns.get((firstTurn + i) % count);
      while (lane.canStart(now) && !runner.isFull() && !stop.requested()) {
        if (!slots.tryTake()) {
          firstTurn = (firstTurn + i) % count;
          return true;
        }
        startFirst(lane);
      }
    }
    return false;
  }

  private void startFirst(Lane lane) {
    ConsumerRecord<byte[], byte[]> record = lane.backlog().element();
    StepCommand command = null;
    Exception reason = null;
    try {
      command = decoder.decode(record);
    } catch (MalformedRecordException e) {
      reason = e;
    } catch (RegistryUnavailableException e) {
      LOG.warn("{} waits for the schema registry: {}", lane.partition(), e.getMessage());
      lane.holdUntil(System.nanoTime() + PausingRegistry.PAUSE_NANOS);
      slots.giveBack();
      return;
    }
    lane.backlog().remove();
    OffsetTracker offsets = lane.offsets();
    offsets.begin(record.offset());
    Acknowledgement acknowledgement = new OpenOffset(offsets, record.offset());
    if (command != null) {
      runner.start(record, command, acknowledgement);
    } else if (reason != null) {
      runner.startDeadLetter(record, reason, acknowledgement);
    }
  }

  private record OpenOffset(OffsetTracker offsets, long offset) implements Acknowledgement {
    @Override
    public void finished() {
      offsets.finish(offset);
    }

    @Override
    public void abandoned() {
      offsets.abandon(offset);
    }
  }

  private void poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(timeout);
    } catch (RetriableException e) {
      LOG.warn("cannot read {} now and goes on trying: {}", topic, e.toString());
      LockSupport.parkNanos(this, KEEP_ALIVE_NANOS);
      return;
    } finally {
      lastPollNanos = System.nanoTime();
    }
    records
        .nextOffsets()
        .forEach(
            (partition, next) -> {
              Lane lane = lanes.get(partition);
              if (lane != null) {
                lane.fetched(records.records(partition), next.offset());
              }
            });
  }

  private void pollToStayInTheGroup() {
    if (System.nanoTime() - lastPollNanos >= KEEP_ALIVE_NANOS) {
      pauseLanes(true);
      poll(Duration.ZERO);
    }
  }

  /** Pauses the lanes that have something left to start, or all; lets the others go on. */
  private void pauseLanes(boolean all) {
    List<TopicPartition> pause = new ArrayList<>();
    List<TopicPartition> resume = new ArrayList<>();
    for (Lane lane : turns) {
      boolean wanted = all || !lane.backlog().isEmpty();
      if (wanted != lane.paused()) {
        (wanted ? pause : resume).add(lane.partition());
        lane.paused(wanted);
      }
    }
    if (!pause.isEmpty()) {
      consumer.pause(pause);
    }
    if (!resume.isEmpty()) {
      consumer.resume(resume);
    }
  }

  private void commitIfDue() {
    if (System.nanoTime() - lastCommitNanos < commitNanos) {
      return;
    }
    lastCommitNanos = System.nanoTime();
    Map<TopicPartition, OffsetAndMetadata> due = due(lanes.values());
    if (due.isEmpty()) {
      return;
    }
    consumer.commitAsync(
        due,
        (offsets, failure) -> {
          if (failure != null) {
            LOG.info("a commit failed and is repeated: {}", failure.toString());
            offsets.keySet().stream().map(lanes::get).forEach(PollLoop::commitAgain);
          }
        });
  }

  private static void commitAgain(@Nullable Lane lane) {
    if (lane != null) {
      lane.commitFailed();
    }
  }

  private void commitAndWait(Collection<Lane> committed) {
    Map<TopicPartition, OffsetAndMetadata> due = due(committed);
    if (due.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(due, COMMIT_TIMEOUT);
    } catch (KafkaException e) {
      LOG.warn("cannot commit {}; commands after the last commit run again: {}", due, e.toString());
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> due(Collection<Lane> lanes) {
    Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
    for (Lane lane : lanes) {
      long offset = lane.commitDue();
      if (offset >= 0) {
        due.put(lane.partition(), new OffsetAndMetadata(offset));
        lane.commitRequested(offset);
      }
    }
    return due;
  }

  /**
   * Lets commands finish that run, and those that wait for them: others behind these are finished
   * already. Stays in the group meanwhile, so that nobody repeats them.
   */
  private void drain() {
    lanes.values().forEach(Lane::forgetBacklog);
    while (!allIdle(lanes.values()) && stop.nanosLeft() > 0) {
      LockSupport.parkNanos(this, DRAIN_CHECK_NANOS);
      runner.startReady();
      pollToStayInTheGroup();
      lanes.values().forEach(Lane::forgetBacklog);
    }
    abandonWaiting(lanes.values());
    warnOfUnfinished(lanes.values());
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      lanes.put(partition, new Lane(partition, runAhead));
    }
    lanesChanged("got", partitions);
  }

  /** Lets commands of the partitions finish as {@link #drain} does, and commits them. */
  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    List<Lane> revoked = lanesOf(partitions);
    revoked.forEach(Lane::forgetBacklog);
    long end = System.nanoTime() + drainTimeout.toNanos();
    while (!allIdle(revoked)
        && System.nanoTime() - end < 0
        && (!stop.requested() || stop.nanosLeft() > 0)) {
      LockSupport.parkNanos(this, DRAIN_CHECK_NANOS);
      runner.startReady();
    }
    abandonWaiting(revoked);
    warnOfUnfinished(revoked);
    commitAndWait(revoked);
    partitions.forEach(lanes::remove);
    lanesChanged("gave back", partitions);
  }

  /** Others have the partitions already: what is still running here runs there too. */
  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    abandonWaiting(lanesOf(partitions));
    partitions.forEach(lanes::remove);
    lanesChanged("lost", partitions);
  }

  private void lanesChanged(String what, Collection<TopicPartition> partitions) {
    turns = List.copyOf(lanes.values());
    firstTurn = 0;
    if (!partitions.isEmpty()) {
      LOG.info("{} {}; has {} partitions now", what, partitions, turns.size());
    }
  }

  private List<Lane> lanesOf(Collection<TopicPartition> partitions) {
    return partitions.stream().map(lanes::get).filter(lane -> lane != null).toList();
  }

  private void abandonWaiting(Collection<Lane> lanes) {
    lanes.forEach(lane -> runner.abandonWaiting(lane.partition().partition()));
  }

  private static boolean allIdle(Collection<Lane> lanes) {
    for (Lane lane : lanes) {
      if (!lane.offsets().idle()) {
        return false;
      }
    }
    return true;
  }

  private static void warnOfUnfinished(Collection<Lane> lanes) {
    for (Lane lane : lanes) {
      if (!lane.offsets().idle()) {
        LOG.warn(
            "{}: commands from offset {} on are not finished in time and run again elsewhere",
            lane.partition(),
            lane.offsets().commitPoint());
      }
    }
  }
}
