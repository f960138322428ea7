package dev.millrace.orchestrator.core.definition;

import java.time.Duration;

/**
 * The bounds of a workflow definition. Those that the record contract states too are equal to it.
 */
public final class DefinitionLimits {
  /** Most steps of one definition. */
  public static final int STEPS = 10_000;

  /** Most dependencies and routed failures of one definition, all steps together. */
  public static final int DEPENDENCIES = 50_000;

  /** Longest definition name, step id, step type and failure type, in characters. */
  public static final int NAME_CHARS = 128;

  /** Longest queue name, in characters. */
  public static final int QUEUE_CHARS = 64;

  /** Most attempts of one step. */
  public static final int ATTEMPTS = 1_000;

  /** Largest factor from one wait to the next; the least is 1. */
  public static final double COEFFICIENT = 100;

  /** Most failure types that one retry policy may exclude. */
  public static final int NON_RETRYABLE = 100;

  /** Shortest timeout and retry interval; also their unit: they are whole milliseconds. */
  public static final Duration SHORTEST = Duration.ofMillis(1);

  /** Longest timeout and retry interval: ten years of 365 days. */
  public static final Duration LONGEST = Duration.ofDays(3_650);

  /** Most steps of a workflow, or branches of a step, that may be open at once. */
  public static final int MAX_PARALLEL = 10_000;

  /** Most items of one command. */
  public static final int BATCH_SIZE = 1_000;

  /** Most rounds of a step that repeats. */
  public static final int ROUNDS = 10_000;

  /** Most dependencies of a step that joins a number of them. */
  public static final int COUNTED_DEPENDENCIES = 255;

  /** Largest number of dependencies that a join may ask for. */
  public static final int AT_LEAST = 127;

  /** Most cases of a switch. */
  public static final int CASES = 100;

  /** Most failure rules of one step. */
  public static final int FAILURE_RULES = 100;

  /** Longest condition, in characters. */
  public static final int EXPRESSION_CHARS = 2_000;

  /** Longest template, schema or form, in characters of JSON. */
  public static final int TEMPLATE_CHARS = 64 * 1024;

  /**
   * Most conditions and <code>${...}</code> of one definition, all steps together: compiling them
   * holds up all other workflows of a partition for a good part of a millisecond each.
   */
  public static final int EXPRESSIONS = 2_000;

  /** Most violations that one validation lists; the rest are counted. */
  public static final int VIOLATIONS = 100;

  /** Form of a definition's name, a step's id and a step's type. */
  public static final String NAME_PATTERN = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

  /** Form of a queue's name, which is part of a topic's name. */
  public static final String QUEUE_PATTERN = "[a-z0-9-]{1,64}";

  private DefinitionLimits() {}

  // Two loops, not the patterns: every start with a definition of its own is checked by them, and
  // a matcher for each of 10,000 steps is most of what a validation would allocate.

  /** Whether a text has the form of {@link #NAME_PATTERN}. */
  public static boolean isName(String text) {
    if (text.isEmpty() || text.length() > NAME_CHARS || isInnerOnly(text.charAt(0))) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(isLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '_' || isInnerOnly(c))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a text has the form of {@link #QUEUE_PATTERN}. */
  public static boolean isQueue(String text) {
    if (text.isEmpty() || text.length() > QUEUE_CHARS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLowerOrDigit(c) && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isInnerOnly(char c) {
    return c == '.' || c == '-';
  }

  private static boolean isLowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
