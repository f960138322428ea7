package dev.millrace.worker;

/**
 * How the workers of a queue divide its commands among them. All workers of a queue must have the
 * same kind of source: a consumer group and a share group each get every command.
 */
public sealed interface Source {
  /**
   * Each partition belongs to one worker at a time, so there are at most as many workers at work as
   * the queue's topic has partitions. The cheaper and faster one, and the default.
   */
  static Source consumerGroup() {
    return new ConsumerGroup();
  }

  /** As {@link #shareGroup(int)} with {@link ShareGroup#DEFAULT_READERS} readers. */
  static Source shareGroup() {
    return shareGroup(ShareGroup.DEFAULT_READERS);
  }

  /**
   * Each command belongs to one worker at a time, so any number of workers is at work, in no order.
   * Needs brokers with Kafka 4.2 or newer.
   *
   * @throws IllegalArgumentException as {@link ShareGroup} says
   */
  static Source shareGroup(int readers) {
    return new ShareGroup(readers);
  }

  /** A Kafka consumer group. */
  record ConsumerGroup() implements Source {}

  /**
   * A Kafka share group.
   *
   * @param readers members of the group that a worker has, each with its share of the slots, at
   *     most one a slot. A reader gets new commands once all that it has are finished, so a slow
   *     command holds back the other slots of its reader, and no others.
   */
  record ShareGroup(int readers) implements Source {
    /** Readers of a worker unless it is told otherwise. */
    public static final int DEFAULT_READERS = 8;

    /** Most readers of a worker: each is a thread and a connection to each broker. */
    public static final int MAX_READERS = 256;

    /**
     * A Kafka share group.
     *
     * @throws IllegalArgumentException when there are less than 1 or more than {@link #MAX_READERS}
     *     readers
     */
    public ShareGroup {
      if (readers < 1 || readers > MAX_READERS) {
        throw new IllegalArgumentException(
            "readers %d: must be 1 to %d".formatted(readers, MAX_READERS));
      }
    }
  }
}
