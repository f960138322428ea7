package dev.millrace.orchestrator.metrics;

/** Is told of attempts that end, if both the engine and the worker know when. */
@FunctionalInterface
public interface AttemptListener {
  /**
   * An attempt has ended.
   *
   * @param openMs from sending its command until its completion was read, by the engine's clock
   * @param handlerMs how long its handler ran, by the worker's clock
   */
  void ended(String queue, long openMs, long handlerMs);
}
