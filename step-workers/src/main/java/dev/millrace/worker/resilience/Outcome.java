package dev.millrace.worker.resilience;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.UnreadablePayloadException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one call of a handler ended: by a result, or by what it threw.
 *
 * @param verdict what that says of the service behind the handler
 */
record Outcome(@Nullable StepResult result, @Nullable Throwable thrown, Verdict verdict) {
  /** What the end of a call says of the service that the handler calls. */
  enum Verdict {
    WORKED,
    FAILED,
    /**
     * The attempt was cancelled, or a payload is not what the handler takes or cannot be had, which
     * says something of a store, a key or the schema registry.
     */
    SAYS_NOTHING
  }

  /** A failure that was reported, not thrown. */
  private static final class ReportedFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ReportedFailure() {
      super("reported as retryable", null, false, false);
    }
  }

  static Outcome of(StepHandler handler, StepContext context) {
    try {
      StepResult result = handler.handle(context);
      if (context.isCancelled()) {
        return new Outcome(result, null, Verdict.SAYS_NOTHING);
      }
      return new Outcome(result, null, hasFailed(result) ? Verdict.FAILED : Verdict.WORKED);
    } catch (Throwable e) {
      boolean saysNothing =
          e instanceof InterruptedException
              || e instanceof UnreadablePayloadException
              || e instanceof PayloadException
              || e instanceof RegistryUnavailableException
              || context.isCancelled();
      return new Outcome(null, e, saysNothing ? Verdict.SAYS_NOTHING : Verdict.FAILED);
    }
  }

  private static boolean hasFailed(StepResult result) {
    return switch (result) {
      case StepResult.Succeeded succeeded -> false;
      case StepResult.Failed failed -> failed.retryable();
      case StepResult.Batch batch ->
          !batch.results().isEmpty() && batch.results().stream().allMatch(Outcome::hasFailed);
    };
  }

  Throwable reason() {
    return thrown == null ? new ReportedFailure() : thrown;
  }

  /** Ends as the call has ended. */
  StepResult get() throws Exception {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof Exception exception) {
      throw exception;
    }
    return Objects.requireNonNull(result);
  }

  @Override
  public String toString() {
    return result instanceof StepResult.Failed failed
        ? "failed with " + failed.type()
        : "failed with " + (thrown == null ? "all items of its batch" : thrown);
  }
}
