package dev.millrace.worker;

/**
 * A {@link StepHandler} that is given the workflow's input, read from JSON.
 *
 * @param <T> what the input is read as, such as a record
 */
@FunctionalInterface
public interface TypedStepHandler<T> {
  /**
   * Runs one attempt; everything said of {@link StepHandler#handle} holds.
   *
   * @param input the workflow's input
   */
  StepResult handle(T input, StepContext context) throws Exception;
}
