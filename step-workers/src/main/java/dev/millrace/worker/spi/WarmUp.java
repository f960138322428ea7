package dev.millrace.worker.spi;

import java.util.Map;

/**
 * Something that a worker does before it takes commands: filling a cache, loading a model, opening
 * connections. Called once, when the worker starts, before it joins its group: nobody waits for it
 * meanwhile but who starts the worker.
 */
@FunctionalInterface
public interface WarmUp {
  /**
   * Warms up.
   *
   * @param clients for hooks that read or write topics themselves
   * @throws Exception keeps the worker from starting
   */
  void run(Clients clients) throws Exception;

  /**
   * The settings of the worker's Kafka clients, for clients of one's own. With them serializers are
   * given to a client's constructor.
   */
  interface Clients {
    /**
     * Settings of a consumer without a group, which reads a topic from its beginning.
     *
     * @param purpose what follows the worker's name in the client's id
     */
    Map<String, Object> consumer(String purpose);

    /**
     * Settings of a producer.
     *
     * @param purpose as of a consumer
     */
    Map<String, Object> producer(String purpose);
  }
}
