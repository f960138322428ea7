package dev.millrace.orchestrator.core.expression;

/**
 * A compiled expression. Immutable, safe for any thread; the same scope gives the same value.
 *
 * @param <T> what it gives: Boolean for a condition, Payload for a template, Long for a duration or
 *     a point in time in milliseconds, a list of payloads for the items of a list
 */
public interface Expression<T> {
  /**
   * The value in a scope.
   *
   * @throws EvaluationException when there is none
   */
  T evaluate(Scope scope) throws EvaluationException;

  /** What it looks at. */
  Reads reads();
}
