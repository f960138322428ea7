package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.UniformCompiler;

/** For definitions that have no expressions: refuses every one. */
final class NoExpressions extends UniformCompiler {
  static final NoExpressions INSTANCE = new NoExpressions();

  private NoExpressions() {}

  @Override
  protected <T> Expression<T> compile(String text) throws InvalidExpressionException {
    throw refused(text);
  }

  @Override
  public PayloadSchema schema(String json) throws InvalidExpressionException {
    throw refused(json);
  }

  private static InvalidExpressionException refused(String text) {
    return new InvalidExpressionException(
        "'%s' is an expression; compile the definition with a language for it".formatted(text), 0);
  }
}
