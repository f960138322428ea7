package dev.millrace.worker;

import dev.millrace.schemas.Limits;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How an attempt ended. */
public sealed interface StepResult {
  /** Type of the failure that an output over {@link Limits#PAYLOAD_BYTES} becomes. */
  String OUTPUT_TOO_LARGE = "worker.output-too-large";

  /** Type of the failure that an output becomes that cannot be written as JSON; not retryable. */
  String UNWRITABLE_OUTPUT = "worker.unwritable-output";

  /** Type of the failure that a command becomes for whose step type the worker has no handler. */
  String UNKNOWN_STEP_TYPE = "worker.unknown-step-type";

  /** Type of the failure that a batch of results becomes where no batch was asked for. */
  String UNEXPECTED_BATCH = "worker.unexpected-batch";

  /** Type of the failure that one becomes whose type only the engine may use; not retryable. */
  String RESERVED_FAILURE_TYPE = "worker.reserved-failure-type";

  /**
   * The step is done.
   *
   * @param output null for none; a {@link Payload} as it is; anything else is written as JSON. At
   *     most {@link Limits#PAYLOAD_BYTES}: a larger one fails the step with {@link
   *     #OUTPUT_TOO_LARGE}, not retryable
   */
  record Succeeded(@Nullable Object output) implements StepResult {}

  /**
   * The attempt failed.
   *
   * @param type a stable word that retry policies match on, such as {@code CardDeclined}; at most
   *     {@link Limits#NAME_CHARS} characters. One that starts with {@code millrace.} is the
   *     engine's own and is reported as {@link #RESERVED_FAILURE_TYPE}; {@code worker.} is this
   *     library's
   * @param message text for people; cut after {@link Limits#MESSAGE_CHARS} characters
   * @param retryable false when another attempt cannot help: the step then fails at once, whatever
   *     its retry policy says
   */
  record Failed(String type, String message, boolean retryable) implements StepResult {
    public Failed {
      Objects.requireNonNull(message, "message");
      if (type.isBlank() || type.length() > Limits.NAME_CHARS) {
        throw new IllegalArgumentException(
            "failure type '%s': must be 1 to %d characters".formatted(type, Limits.NAME_CHARS));
      }
    }
  }

  /**
   * What became of each item of a batch: only those that failed are tried again. Of a command
   * without {@link StepContext#items()} it is a failure for good, {@link #UNEXPECTED_BATCH}.
   * Messages of failures are cut after {@link Limits#ITEM_MESSAGE_CHARS} characters, and outputs
   * beyond {@link Limits#BATCH_RESULTS_BYTES} of the batch fail their items with {@link
   * #OUTPUT_TOO_LARGE}.
   *
   * @param results one for each of {@link StepContext#items()}, in their order; none of them a
   *     batch
   */
  record Batch(List<StepResult> results) implements StepResult {
    public Batch {
      results = List.copyOf(results);
      if (results.stream().anyMatch(Batch.class::isInstance)) {
        throw new IllegalArgumentException("the result of an item cannot be a batch");
      }
    }
  }

  /** What became of each item of a batch, in the order of {@link StepContext#items()}. */
  static StepResult batch(List<StepResult> results) {
    return new Batch(results);
  }

  /** Done, with no output. */
  static StepResult succeeded() {
    return new Succeeded(null);
  }

  /** Done, with an output: a {@link Payload}, or a value to be written as JSON. */
  static StepResult succeeded(Object output) {
    return new Succeeded(Objects.requireNonNull(output, "output"));
  }

  /** Failed; the step's retry policy decides what comes next. */
  static StepResult failed(String type, String message) {
    return new Failed(type, message, true);
  }

  /** Failed for good: another attempt cannot help. */
  static StepResult failedForGood(String type, String message) {
    return new Failed(type, message, false);
  }
}
