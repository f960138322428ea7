package dev.millrace.orchestrator.core.effect;

/**
 * Tell workers that an attempt is not waited for any more.
 *
 * @param step the step; in a chunk, which of its branches
 * @param branch which branch of it; {@link #NO_BRANCH} for a step without branches, and for all
 *     branches of one that has some
 * @param attempt this attempt and those before it
 * @param reason why, for people
 */
public record CancelAttempt(int step, int branch, int attempt, String reason) implements Effect {
  /** Of a step without branches, and for all of them. */
  public static final int NO_BRANCH = -1;
}
