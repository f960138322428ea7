package dev.millrace.orchestrator.core.state;

import dev.millrace.orchestrator.core.definition.JoinRule;

/**
 * What a waiting step still waits for, as a number of 15 bits: 0 when it may start, {@link #MISSED}
 * when it never can, else how many dependencies must still come to an end. A join that asks for a
 * number of them counts two things, the satisfied ones that it lacks and the unsatisfied ones that
 * it can bear; they take a byte each.
 */
public final class Join {
  /** The step will never start. */
  public static final int MISSED = 0x7fff;

  /** Most dependencies of one step. */
  public static final int DEPENDENCIES = MISSED - 1;

  /** Most dependencies of a step whose join asks for a number of them. */
  public static final int DEPENDENCIES_AT_LEAST = 0xff;

  /** Most dependencies that such a join may ask for. */
  public static final int AT_LEAST = 0x7f;

  private static final int LACKS_SHIFT = 8;
  private static final int BEARS = 0xff;

  private Join() {}

  /** How a dependency came to its end. */
  public enum End {
    SATISFIED,
    /** Its step was skipped, or its condition does not hold. */
    UNSATISFIED,
    /** Its step failed, and what depends on it goes on as if it had not. */
    TOLERATED,
    /** Its step failed, and nothing comes of that here. */
    FAILED;

    boolean isSatisfied() {
      return this == SATISFIED || this == TOLERATED;
    }
  }

  /** What a step waits for in the beginning. */
  public static int of(JoinRule rule, int dependencies) {
    if (dependencies == 0) {
      return 0;
    }
    return switch (rule.kind()) {
      case ALL, ANY, ALL_DONE, NONE_FAILED -> dependencies;
      case AT_LEAST -> (rule.atLeast() << LACKS_SHIFT) | (dependencies - rule.atLeast() + 1);
    };
  }

  /** What it waits for after one more dependency has come to its end. */
  public static int after(JoinRule rule, int join, End end) {
    return switch (rule.kind()) {
      case ALL -> end.isSatisfied() ? join - 1 : MISSED;
      case ALL_DONE -> join - 1;
      case NONE_FAILED -> end == End.FAILED || end == End.TOLERATED ? MISSED : join - 1;
      case ANY -> {
        if (end.isSatisfied()) {
          yield 0;
        }
        yield join == 1 ? MISSED : join - 1;
      }
      case AT_LEAST -> afterOneOfMany(join, end);
    };
  }

  /** How many more dependencies must be satisfied, or come to an end, at most, until it starts. */
  public static int lacks(JoinRule rule, int join) {
    if (join == MISSED) {
      return 0;
    }
    return switch (rule.kind()) {
      case ALL, ANY, ALL_DONE, NONE_FAILED -> join;
      case AT_LEAST -> join >>> LACKS_SHIFT;
    };
  }

  private static int afterOneOfMany(int join, End end) {
    int lacks = join >>> LACKS_SHIFT;
    int bears = join & BEARS;
    if (end.isSatisfied()) {
      return lacks == 1 ? 0 : join - (1 << LACKS_SHIFT);
    }
    return bears == 1 ? MISSED : join - 1;
  }
}
