package dev.millrace.orchestrator.core.definition;

/**
 * When a step with several dependencies may start. A dependency is satisfied when its step has
 * succeeded and its condition holds, or when it has no condition and its step has failed and the
 * workflow goes on as if it had not; one on a skipped step is not.
 *
 * @param kind which rule
 * @param atLeast how many satisfied dependencies {@link Kind#AT_LEAST} asks for; 0 with the others
 */
public record JoinRule(Kind kind, int atLeast) {
  /** The rules. */
  public enum Kind {
    /** All dependencies are satisfied; the step is skipped as soon as one is not. */
    ALL,
    /** One dependency is satisfied; the step is skipped when none is. */
    ANY,
    /** A number of dependencies is satisfied; the step is skipped when that cannot be any more. */
    AT_LEAST,
    /** All dependencies have come to an end, whichever. */
    ALL_DONE,
    /** All dependencies have come to an end and no step of them has failed. */
    NONE_FAILED
  }

  public static final JoinRule ALL = new JoinRule(Kind.ALL, 0);
  public static final JoinRule ANY = new JoinRule(Kind.ANY, 0);
  public static final JoinRule ALL_DONE = new JoinRule(Kind.ALL_DONE, 0);
  public static final JoinRule NONE_FAILED = new JoinRule(Kind.NONE_FAILED, 0);

  /** A number of dependencies must be satisfied. */
  public static JoinRule atLeast(int dependencies) {
    return new JoinRule(Kind.AT_LEAST, dependencies);
  }
}
