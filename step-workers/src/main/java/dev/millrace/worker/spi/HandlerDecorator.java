package dev.millrace.worker.spi;

import dev.millrace.worker.StepHandler;

/**
 * Puts something around handlers: a breaker, a cache, a measurement. Used while a worker is built,
 * once for each step type; what it returns is called by many threads at once.
 *
 * <p>Some decorator around it may call the returned handler again, or not at all.
 */
@FunctionalInterface
public interface HandlerDecorator {
  /**
   * What is called in place of a handler, and calls it in turn.
   *
   * @param stepType the step type that the handler is of
   * @param handler the handler, with the decorators that are nearer to it
   * @return the handler itself where there is nothing to put around it
   */
  StepHandler around(String stepType, StepHandler handler);
}
