package dev.millrace.worker;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler is told about the attempt that it runs. Belongs to that call of the handler. */
public interface StepContext {
  /**
   * {@code workflowId/step/attempt}: the same for every run of the same attempt, so the idempotency
   * key of the attempt's effects. A retry is another attempt and has another id; where an effect
   * must happen once for all attempts, use workflow id and step.
   */
  String commandId();

  /** The workflow that the step belongs to. */
  String workflowId();

  /** Id of the step in its definition. */
  String step();

  /** 1 for the first try. */
  int attempt();

  /** The step type, by which the handler was found. */
  String type();

  /** Name of the workflow's definition. */
  String definition();

  /** Version of the workflow's definition. */
  int definitionVersion();

  /** Owner of the workflow; empty for the default tenant. */
  String tenant();

  /** 0 (lowest) to 9 (highest). */
  int priority();

  /** When the engine gives this attempt up, by its clock; a later answer changes nothing. */
  Optional<Instant> deadline();

  /** The workflow's input, if it was started with one. */
  Optional<Payload> input();

  /**
   * The workflow's input, read from JSON.
   *
   * @throws UnreadablePayloadException when there is none, it is not JSON or it does not fit
   */
  <T> T input(Class<T> type);

  /** The steps that this one depends on, in the order in which the definition names them. */
  List<Dependency> dependencies();

  /**
   * What a step that this one depends on returned, if anything.
   *
   * @throws IllegalArgumentException when this step does not depend on it
   */
  Optional<Payload> dependency(String step);

  /**
   * What a step that this one depends on returned, read from JSON.
   *
   * @throws IllegalArgumentException when this step does not depend on it
   * @throws UnreadablePayloadException when it returned nothing, not JSON or what does not fit
   */
  <T> T dependency(String step, Class<T> type);

  /**
   * Tells the engine that the attempt goes on, and how far it is. A step with a heartbeat timeout
   * must be heard of more often than that. The worker gives the first sign itself, before it calls
   * the handler. Returns when the sign is handed to the Kafka client; may be called by any thread.
   *
   * @param progress a {@link Payload}, anything that can be written as JSON, or null for a mere
   *     sign; at most 64 KiB. The next attempt, if there is one, gets the last of them
   * @throws IllegalArgumentException when it cannot be written as JSON or is too large
   */
  void heartbeat(@Nullable Object progress);

  /** The progress that an earlier attempt has reported last, if any. */
  Optional<Payload> lastHeartbeat();
}
