package dev.millrace.worker;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a handler is told about the attempt that it runs. Belongs to that call of the handler.
 *
 * <p>What payloads are read as: a {@link Payload} or {@code byte[]} is given as it came, whatever
 * its content type; a class that Avro has generated is read from {@link Payload#AVRO}, with any
 * schema that resolves to its own; any other class is read from JSON.
 */
public interface StepContext {
  /**
   * {@code workflowId/step/attempt}, and {@code workflowId/step/branch/attempt} for a branch of a
   * step that runs for each item of a list: the same for every run of the same attempt, so the
   * idempotency key of the attempt's effects. A retry is another attempt and has another id; where
   * an effect must happen once for all attempts, use workflow id and step.
   */
  String commandId();

  /** The workflow that the step belongs to. */
  String workflowId();

  /** Id of the step in its definition. */
  String step();

  /**
   * Which branch of a step that runs for each item of a list, from 0; with a batch size, which
   * batch. Empty for other steps.
   */
  OptionalInt branch();

  /**
   * The items of a batch, for which there is no {@link #input()}. Answer with {@link
   * StepResult#batch}, one result for each item in this order. Empty for other steps.
   */
  List<Payload> items();

  /** Whether the command is a batch, which has {@link #items()}. Reads none of them. */
  default boolean hasItems() {
    return !items().isEmpty();
  }

  /**
   * The items of a batch, each read as said above.
   *
   * @throws UnreadablePayloadException when one does not fit
   */
  <T> List<T> items(Class<T> type);

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

  /**
   * The time by which the {@link #deadline} passes: the worker's clock, which in the test kit goes
   * on by itself. Where time is measured against the deadline, measure it with this. Unless said
   * otherwise the clock of the machine.
   */
  default InstantSource clock() {
    return InstantSource.system();
  }

  /** The workflow's input, if it was started with one. */
  Optional<Payload> input();

  /**
   * The workflow's input, read as said above.
   *
   * @throws UnreadablePayloadException when there is none or it does not fit
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when it is Avro, its schema
   *     is not known yet, and the registry does not answer
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
   * What a step that this one depends on returned, read as said above.
   *
   * @throws IllegalArgumentException when this step does not depend on it
   * @throws UnreadablePayloadException when it returned nothing or what does not fit
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException as {@link #input(Class)}
   */
  <T> T dependency(String step, Class<T> type);

  /**
   * Tells the engine that the attempt goes on, and how far it is. A step with a heartbeat timeout
   * must be heard of more often than that. The worker gives the first sign itself, before it calls
   * the handler, and then, while it runs, as many more as the engine asks for; progress is sent at
   * most once a second, the last that there is, and before a failure is. Returns when the sign is
   * handed to the Kafka client; may be called by any thread.
   *
   * @param progress anything that {@link StepResult.Succeeded} may have as its output, or null for
   *     a mere sign; at most 64 KiB. The next attempt, if there is one, gets the last of them
   * @throws IllegalArgumentException when it cannot be written or is too large
   */
  void heartbeat(@Nullable Object progress);

  /**
   * Whether the engine does not wait for this attempt any more: it timed out, or its workflow ends
   * or goes on without it. The handler's thread is interrupted then, too. What the handler returns
   * changes nothing any more; it should clean up and return soon. To hear of it is best effort: a
   * worker that has just started may not.
   */
  boolean isCancelled();

  /**
   * Has something done once the attempt is {@linkplain #isCancelled cancelled}, such as closing a
   * connection that no interrupt reaches: by another thread, or at once by this one if it is
   * already. It should be quick; what it throws is logged.
   */
  void onCancel(Runnable action);

  /**
   * The payload that a value is, for decorators that keep or change what a handler returns:
   * anything that {@link StepResult.Succeeded} may have as its output. It is plain: the worker's
   * {@linkplain WorkerBuilder#payloads codec} is applied once, when the worker writes what it was
   * returned.
   *
   * @throws IllegalArgumentException when it cannot be written
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when it is Avro, its schema
   *     is not registered yet, and the registry does not answer
   */
  Payload write(Object value);

  /** The progress that an earlier attempt has reported last, if any. */
  Optional<Payload> lastHeartbeat();

  /**
   * Where to log to: the logger {@code millrace.step.<type>}. Whatever is logged by the handler's
   * thread, to any logger, has {@code workflowId}, {@code step}, {@code attempt}, {@code commandId}
   * and, for a branch, {@code branch} in slf4j's {@link org.slf4j.MDC}.
   */
  Logger logger();

  /**
   * The {@code traceparent} of W3C's trace context that the command came with, to be handed on with
   * calls to others; empty if it has none that is well formed.
   */
  Optional<String> traceparent();
}
