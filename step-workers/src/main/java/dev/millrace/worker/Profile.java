package dev.millrace.worker;

import static java.util.Map.entry;

import java.time.Duration;
import java.util.Map;

/**
 * A complete set of settings of a worker and its Kafka clients. What {@link
 * WorkerBuilder#clientSetting} names goes before.
 *
 * <p>All profiles acknowledge by all in-sync replicas ({@code acks=all}, idempotent), read a topic
 * from its beginning when the group has no offset yet, and give a record 5 minutes to be
 * acknowledged before the worker stops.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // its maps come from Map.ofEntries, which cannot be changed
public enum Profile {
  /**
   * The lowest latency, for the usual case: nothing waits for company, except while a request is
   * under way: what comes meanwhile goes together in the next. 256 slots, 16,384 offsets ahead,
   * commits every 500 ms.
   */
  LATENCY(
      256,
      16_384,
      Duration.ofMillis(500),
      Map.ofEntries(
          entry("fetch.min.bytes", "1"),
          entry("fetch.max.wait.ms", "500"),
          entry("max.poll.records", "500"),
          entry("max.partition.fetch.bytes", "1048576"),
          entry("fetch.max.bytes", "16777216"),
          entry("receive.buffer.bytes", "262144")),
      Map.ofEntries(
          entry("linger.ms", "0"),
          entry("max.in.flight.requests.per.connection", "1"),
          entry("batch.size", "65536"),
          entry("compression.type", "none"),
          entry("buffer.memory", "67108864"),
          entry("send.buffer.bytes", "262144"))),

  /**
   * The most steps a second for many short steps or large payloads, at some 10 to 30 ms more a
   * step: waits to fetch and to send many records at once, compressed with lz4. 1,024 slots, 65,536
   * offsets ahead, commits every second.
   */
  THROUGHPUT(
      1_024,
      65_536,
      Duration.ofSeconds(1),
      Map.ofEntries(
          entry("fetch.min.bytes", "65536"),
          entry("fetch.max.wait.ms", "20"),
          entry("max.poll.records", "4000"),
          entry("max.partition.fetch.bytes", "4194304"),
          entry("fetch.max.bytes", "67108864"),
          entry("receive.buffer.bytes", "1048576")),
      Map.ofEntries(
          entry("linger.ms", "5"),
          entry("max.in.flight.requests.per.connection", "1"),
          entry("batch.size", "262144"),
          entry("compression.type", "lz4"),
          entry("buffer.memory", "134217728"),
          entry("send.buffer.bytes", "1048576"))),

  /**
   * The least memory, for a sidecar or many workers on one machine: 16 slots, 1,024 offsets ahead,
   * commits every second.
   */
  SMALL(
      16,
      1_024,
      Duration.ofSeconds(1),
      Map.ofEntries(
          entry("fetch.min.bytes", "1"),
          entry("fetch.max.wait.ms", "500"),
          entry("max.poll.records", "50"),
          entry("max.partition.fetch.bytes", "262144"),
          entry("fetch.max.bytes", "2097152"),
          entry("receive.buffer.bytes", "65536")),
      Map.ofEntries(
          entry("linger.ms", "0"),
          entry("max.in.flight.requests.per.connection", "1"),
          entry("batch.size", "16384"),
          entry("compression.type", "none"),
          entry("buffer.memory", "16777216"),
          entry("send.buffer.bytes", "65536")));

  private final int slots;
  private final int runAhead;
  private final Duration commitInterval;
  private final Map<String, String> consumerSettings;
  private final Map<String, String> producerSettings;

  Profile(
      int slots,
      int runAhead,
      Duration commitInterval,
      Map<String, String> consumerSettings,
      Map<String, String> producerSettings) {
    this.slots = slots;
    this.runAhead = runAhead;
    this.commitInterval = commitInterval;
    this.consumerSettings = consumerSettings;
    this.producerSettings = producerSettings;
  }

  /** How many handlers run at once, unless {@link WorkerBuilder#slots} says otherwise. */
  public int slots() {
    return slots;
  }

  /**
   * How many offsets a partition may be ahead of its oldest unfinished command. Up to this bound a
   * slow step holds nothing back; at it, the partition waits for that step. It also bounds how many
   * commands of a partition run again after a worker was killed.
   */
  public int runAhead() {
    return runAhead;
  }

  /** How often finished commands are committed. */
  public Duration commitInterval() {
    return commitInterval;
  }

  /** Settings of the consumer, by Kafka's names. */
  public Map<String, String> consumerSettings() {
    return consumerSettings;
  }

  /** Settings of the producer, by Kafka's names. */
  public Map<String, String> producerSettings() {
    return producerSettings;
  }
}
