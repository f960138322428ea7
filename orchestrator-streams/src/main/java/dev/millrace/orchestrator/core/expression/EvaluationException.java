package dev.millrace.orchestrator.core.expression;

/**
 * An expression has no value in a scope: a field is missing, a type does not fit, a limit is
 * passed. Its message names the expression, the place in it and the reason.
 */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1;

  public EvaluationException(String message) {
    super(message, null, false, false);
  }
}
