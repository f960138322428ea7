package dev.millrace.worker;

/**
 * Runs the attempts of one step type. Called by many threads at once, a virtual thread for each
 * command, so it may block.
 *
 * <p>An attempt can run more than once: a worker may die after the handler's effect and before its
 * completion is written. Use {@link StepContext#commandId()} as the idempotency key of effects.
 */
@FunctionalInterface
public interface StepHandler {
  /**
   * Runs one attempt.
   *
   * @return how it ended
   * @throws Exception becomes a retryable {@link StepResult.Failed} whose type is the simple class
   *     name of what was thrown; so does an {@link Error}, and the worker goes on
   */
  StepResult handle(StepContext context) throws Exception;
}
