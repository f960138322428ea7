package dev.millrace.worker.spi;

import dev.millrace.worker.WorkerBuilder;
import java.util.Map;

/**
 * The handlers of a jar, for the runnable worker {@code millrace worker --jar}. It finds them as
 * {@link java.util.ServiceLoader} does: the jar names the classes, which are public and have a
 * public constructor without parameters, in {@code
 * META-INF/services/dev.millrace.worker.spi.StepHandlers}.
 *
 * <p>What is {@link AutoCloseable} too is closed once the worker has stopped.
 */
public interface StepHandlers {
  /**
   * Gives a worker its handlers. Called once, before the worker starts; where Kafka is, the queue
   * and what the command line says are set afterwards.
   *
   * @param worker what the handlers and decorators are given to
   * @param settings what the worker's configuration says under {@code handlers.}, without that
   *     prefix
   * @throws Exception stops the command before anything has run
   */
  void addTo(WorkerBuilder worker, Map<String, String> settings) throws Exception;
}
