package dev.millrace.orchestrator.processor;

/** Which worker queues have a topic. Thread-safe. */
@FunctionalInterface
public interface QueueDirectory {
  /** Whether commands can be sent to a queue; never blocks. */
  boolean has(String queue);
}
