package dev.millrace.worker;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A payload that cannot be encoded or decoded: compressed, encrypted, put into a store and back.
 * Left uncaught in a handler it fails the attempt with {@link Reason#failureType()}.
 */
public final class PayloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why, and whether another attempt can help. */
  public enum Reason {
    /** The store does not answer, or refuses; retryable. */
    STORE_UNAVAILABLE("worker.payload-store-unavailable", true),
    /** The store answers, and has no such object any more. */
    MISSING("worker.payload-missing", false),
    /** The object, or what was encrypted, is not what it was when it was written. */
    ALTERED("worker.payload-altered", false),
    /** This worker does not have the key; retryable, since another one may. */
    UNKNOWN_KEY("worker.payload-key-unknown", true),
    /** This worker does not have the coding or store; retryable, since another one may. */
    UNKNOWN_CODING("worker.payload-coding-unknown", true),
    /** The bytes are not what their coding says. */
    DAMAGED("worker.payload-damaged", false),
    /** More bytes than a payload may have. */
    TOO_LARGE("worker.payload-too-large", false);

    private final String failureType;
    private final boolean retryable;

    Reason(String failureType, boolean retryable) {
      this.failureType = failureType;
      this.retryable = retryable;
    }

    /** Type of the failure that it becomes. */
    public String failureType() {
      return failureType;
    }

    /** Whether another attempt can help. */
    public boolean isRetryable() {
      return retryable;
    }
  }

  public PayloadException(Reason reason, String message) {
    this(reason, message, null);
  }

  public PayloadException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public Reason reason() {
    return reason;
  }
}
