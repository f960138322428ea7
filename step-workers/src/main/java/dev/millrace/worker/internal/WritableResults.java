package dev.millrace.worker.internal;

import dev.millrace.schemas.FailureTypes;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.StepResult;
import java.util.ArrayList;
import java.util.List;

/** What handlers have returned, as a completion can carry it. Thread-safe. */
final class WritableResults {
  /** What the result of an item takes beside its output, in bytes. */
  private static final int RESULT_BYTES = 16;

  private final PayloadValues values;

  WritableResults(PayloadValues values) {
    this.values = values;
  }

  /**
   * The result, with each output as a {@link Payload}; or the failure that it is if it cannot be
   * written.
   */
  StepResult of(StepCommand command, StepResult result) {
    return switch (result) {
      case StepResult.Failed failed -> permitted(command, failed);
      case StepResult.Succeeded succeeded -> writable(command, succeeded);
      case StepResult.Batch batch -> writable(command, batch);
    };
  }

  /** The results of a batch, so small that one completion takes them. */
  private StepResult writable(StepCommand command, StepResult.Batch batch) {
    if (command.getItems().isEmpty()) {
      return StepResult.failedForGood(
          StepResult.UNEXPECTED_BATCH,
          "step '%s' has returned a batch of %d results for one input; return one result"
              .formatted(command.getStep(), batch.results().size()));
    }
    List<StepResult> results = new ArrayList<>(batch.results().size());
    long bytes = 0;
    for (StepResult each : batch.results()) {
      StepResult result = of(command, each);
      if (result instanceof StepResult.Succeeded succeeded
          && succeeded.output() instanceof Payload output) {
        long size = output.data().length + (long) RESULT_BYTES;
        if (bytes + size > Limits.BATCH_RESULTS_BYTES) {
          result =
              tooLarge(
                  command,
                  "%d bytes, with %d of other items, the limit is %d for a batch"
                      .formatted(output.data().length, bytes, Limits.BATCH_RESULTS_BYTES));
        } else {
          bytes += size;
        }
      }
      results.add(result instanceof StepResult.Failed failed ? shortened(failed) : result);
    }
    return StepResult.batch(results);
  }

  private static StepResult shortened(StepResult.Failed failed) {
    String message = Completions.cut(failed.message(), Limits.ITEM_MESSAGE_CHARS);
    return new StepResult.Failed(failed.type(), message, failed.retryable(), failed.retryAfter());
  }

  /** The failure, or one that says that its type is the engine's own. */
  private static StepResult permitted(StepCommand command, StepResult.Failed failed) {
    return FailureTypes.isOfEngine(failed.type())
        ? StepResult.failedForGood(
            StepResult.RESERVED_FAILURE_TYPE,
            "step '%s' failed with type '%s', but types that start with '%s' are the engine's own; use another. Its message: %s"
                .formatted(
                    command.getStep(), failed.type(), FailureTypes.ENGINE_PREFIX, failed.message()))
        : failed;
  }

  /** The result with its output as a payload, or the failure that it is if it cannot be written. */
  private StepResult writable(StepCommand command, StepResult.Succeeded succeeded) {
    if (succeeded.output() == null) {
      return succeeded;
    }
    String what = "output of step '%s': ".formatted(command.getStep());
    Payload payload;
    try {
      payload = values.write(succeeded.output());
    } catch (UnwritableValueException e) {
      return StepResult.failedForGood(StepResult.UNWRITABLE_OUTPUT, what + e.getMessage());
    } catch (RegistryUnavailableException e) {
      return StepResult.failed(StepResult.REGISTRY_UNAVAILABLE, what + e.getMessage());
    } catch (PayloadException e) {
      return e.reason() == PayloadException.Reason.TOO_LARGE
          ? StepResult.failedForGood(StepResult.OUTPUT_TOO_LARGE, what + e.getMessage())
          : failure(e, what + e.getMessage());
    }
    if (payload.data().length > Limits.PAYLOAD_BYTES) {
      return tooLarge(
          command,
          "%d bytes, the limit is %d".formatted(payload.data().length, Limits.PAYLOAD_BYTES));
    }
    return new StepResult.Succeeded(payload);
  }

  /** The failure of an attempt one of whose payloads cannot be encoded or decoded. */
  static StepResult failure(PayloadException e, String message) {
    return new StepResult.Failed(e.reason().failureType(), message, e.reason().isRetryable());
  }

  static StepResult tooLarge(StepCommand command, String size) {
    return StepResult.failedForGood(
        StepResult.OUTPUT_TOO_LARGE,
        "output of step '%s': %s: store it elsewhere and return where"
            .formatted(command.getStep(), size));
  }
}
