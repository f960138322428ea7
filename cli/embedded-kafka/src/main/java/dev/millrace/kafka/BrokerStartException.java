package dev.millrace.kafka;

import org.jspecify.annotations.Nullable;

/** The broker did not start; the message says why and what to do about it. */
public final class BrokerStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokerStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
