package dev.millrace.orchestrator.topics;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What one topic has to be.
 *
 * @param name its full name
 * @param partitioning what its number of partitions follows from
 * @param partitions how many; empty means as many as there are, and for a new topic as many as the
 *     co-partitioned ones have
 * @param configs its configurations by Kafka's name, sorted
 */
public record TopicSpec(
    String name,
    Partitioning partitioning,
    OptionalInt partitions,
    Map<String, TopicConfigRule> configs) {

  /** What the number of partitions of a topic follows from. */
  public enum Partitioning {
    /** Records of one workflow lie in the same partition of all of these: equal, for ever. */
    CO_PARTITIONED,
    /** One number, for ever. */
    FIXED,
    /** May grow, never shrinks. */
    GROWING
  }

  public TopicSpec {
    configs = Collections.unmodifiableMap(new TreeMap<>(configs));
  }
}
