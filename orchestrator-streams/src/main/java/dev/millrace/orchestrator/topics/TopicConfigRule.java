package dev.millrace.orchestrator.topics;

/**
 * One configuration of a topic, and how far it binds.
 *
 * @param value what a new topic gets, as Kafka writes it
 * @param binding what it means for a topic that exists
 */
public record TopicConfigRule(String value, Binding binding) {
  /** How a topic that exists is held against the value. */
  public enum Binding {
    /** Any other value is wrong. */
    EXACT,
    /** A number; a lower one is wrong. */
    AT_LEAST,
    /** A start value: the operator may have changed it since. */
    INITIAL
  }

  static TopicConfigRule exact(String value) {
    return new TopicConfigRule(value, Binding.EXACT);
  }

  static TopicConfigRule atLeast(long value) {
    return new TopicConfigRule(Long.toString(value), Binding.AT_LEAST);
  }

  static TopicConfigRule initial(String value) {
    return new TopicConfigRule(value, Binding.INITIAL);
  }

  /** Whether a topic with this value keeps the rule. */
  boolean keptBy(String actual) {
    return switch (binding) {
      case EXACT -> actual.equals(value);
      case AT_LEAST -> Long.parseLong(actual) >= Long.parseLong(value);
      case INITIAL -> true;
    };
  }
}
