package dev.millrace.orchestrator.intake;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Which partitions of one topic a consumer holds back while a valve is closed, beside those that
 * its owner pauses for reasons of its own: a partition is read when neither wants it to wait. The
 * owner does not see it. Belongs to the consumer's thread.
 */
final class HeldStarts {
  private final Consumer<?, ?> consumer;
  private final String topic;
  private final BooleanSupplier valve;

  /** Paused for the valve alone. */
  private final Set<TopicPartition> held = new HashSet<>();

  private boolean isClosed;

  /**
   * @param topic whose partitions wait while the valve is closed
   * @param valve whether it is closed; asked before each poll
   */
  HeldStarts(Consumer<?, ?> consumer, String topic, BooleanSupplier valve) {
    this.consumer = consumer;
    this.topic = topic;
    this.valve = valve;
  }

  /**
   * Looks at the valve, and at what is assigned: a partition that was lost and comes back is paused
   * by nobody.
   */
  void beforePoll() {
    isClosed = valve.getAsBoolean();
    if (!isClosed && held.isEmpty()) {
      return;
    }
    Set<TopicPartition> paused = consumer.paused();
    held.retainAll(paused);
    held.retainAll(consumer.assignment());
    if (!isClosed) {
      consumer.resume(held);
      held.clear();
      return;
    }
    Set<TopicPartition> read = new HashSet<>(consumer.assignment());
    read.removeIf(each -> !isOfTopic(each) || paused.contains(each));
    if (!read.isEmpty()) {
      consumer.pause(read);
      held.addAll(read);
    }
  }

  private boolean isOfTopic(TopicPartition partition) {
    return partition.topic().equals(topic);
  }

  /** The owner pauses partitions. */
  void pause(Collection<TopicPartition> partitions) {
    consumer.pause(partitions);
    held.removeAll(Set.copyOf(partitions));
  }

  /** The owner goes on with partitions. */
  void resume(Collection<TopicPartition> partitions) {
    Set<TopicPartition> waiting = new HashSet<>(partitions);
    waiting.removeIf(each -> !isClosed || !isOfTopic(each));
    consumer.pause(waiting);
    held.addAll(waiting);
    Set<TopicPartition> others = new HashSet<>(partitions);
    others.removeAll(waiting);
    consumer.resume(others);
    held.removeAll(others);
  }

  /** What the owner has paused. */
  Set<TopicPartition> paused() {
    Set<TopicPartition> paused = new HashSet<>(consumer.paused());
    paused.removeAll(held);
    return paused;
  }
}
