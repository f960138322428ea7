package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/** For definitions that have no expressions: refuses every one. */
enum NoExpressions implements ExpressionCompiler {
  INSTANCE;

  @Override
  public Expression<Boolean> condition(String source) throws InvalidExpressionException {
    throw refused(source);
  }

  @Override
  public Expression<Payload> template(String json) throws InvalidExpressionException {
    throw refused(json);
  }

  @Override
  public Expression<String> text(String text) throws InvalidExpressionException {
    throw refused(text);
  }

  @Override
  public Expression<List<Payload>> items(String source) throws InvalidExpressionException {
    throw refused(source);
  }

  @Override
  public Expression<Long> duration(String text) throws InvalidExpressionException {
    throw refused(text);
  }

  @Override
  public Expression<Long> time(String text) throws InvalidExpressionException {
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
