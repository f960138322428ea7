package dev.millrace.orchestrator.config;

import org.apache.kafka.streams.StreamsConfig;

/** What holds after a crash of the engine. */
public enum Guarantee {
  /**
   * Commands and events may be sent twice, with the same ids; workflow state moves once. The least
   * latency.
   */
  AT_LEAST_ONCE("at-least-once", StreamsConfig.AT_LEAST_ONCE),

  /** Kafka transactions: to readers of committed records nothing is ever there twice. */
  EXACTLY_ONCE("exactly-once", StreamsConfig.EXACTLY_ONCE_V2);

  private final String configValue;
  private final String streamsValue;

  Guarantee(String configValue, String streamsValue) {
    this.configValue = configValue;
    this.streamsValue = streamsValue;
  }

  /** How it is written in configuration. */
  public String configValue() {
    return configValue;
  }

  /** What Kafka Streams calls it. */
  String streamsValue() {
    return streamsValue;
  }

  /** The guarantee that is written in configuration as a value. */
  public static Guarantee of(String configValue) {
    for (Guarantee guarantee : values()) {
      if (guarantee.configValue.equals(configValue)) {
        return guarantee;
      }
    }
    throw new IllegalArgumentException(
        "guarantee '%s': use at-least-once or exactly-once".formatted(configValue));
  }
}
