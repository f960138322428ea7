package dev.millrace.orchestrator.expression;

import dev.cel.common.CelErrorCode;
import dev.cel.common.exceptions.CelRuntimeException;

/**
 * Told to CEL while it evaluates: a variable has no value, or a limit is passed. CEL adds the
 * place.
 */
final class NoValueException extends CelRuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;

  NoValueException(String reason) {
    // CEL takes the message of the cause.
    super(new IllegalStateException(reason), CelErrorCode.INVALID_ARGUMENT);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
