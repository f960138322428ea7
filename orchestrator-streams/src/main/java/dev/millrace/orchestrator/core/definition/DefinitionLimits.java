package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The bounds of a workflow definition. Those that the record contract states too are equal to it.
 */
public final class DefinitionLimits {
  /** Most steps of one definition. */
  public static final int STEPS = 10_000;

  /** Most dependencies of one definition, all steps together. */
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

  /** Most violations that one validation lists; the rest are counted. */
  public static final int VIOLATIONS = 100;

  /** Form of a definition's name, a step's id and a step's type. */
  public static final String NAME_PATTERN = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

  /** Form of a queue's name, which is part of a topic's name. */
  public static final String QUEUE_PATTERN = "[a-z0-9-]{1,64}";

  private static final Pattern NAME = Pattern.compile(NAME_PATTERN);
  private static final Pattern QUEUE = Pattern.compile(QUEUE_PATTERN);

  private DefinitionLimits() {}

  /** Whether a text may name a definition, a step or a step type. */
  public static boolean isName(String text) {
    return text.length() <= NAME_CHARS && NAME.matcher(text).matches();
  }

  /** Whether a text may name a queue. */
  public static boolean isQueue(String text) {
    return text.length() <= QUEUE_CHARS && QUEUE.matcher(text).matches();
  }
}
