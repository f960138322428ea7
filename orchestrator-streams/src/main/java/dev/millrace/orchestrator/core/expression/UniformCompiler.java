package dev.millrace.orchestrator.core.expression;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/** A compiler that does the same with every text, whatever its expression is to give. */
public abstract class UniformCompiler implements ExpressionCompiler {
  /** What becomes of any text but a schema. */
  protected abstract <T> Expression<T> compile(String text) throws InvalidExpressionException;

  @Override
  public final Expression<Boolean> condition(String source) throws InvalidExpressionException {
    return compile(source);
  }

  @Override
  public final Expression<Payload> template(String json) throws InvalidExpressionException {
    return compile(json);
  }

  @Override
  public final Expression<String> text(String text) throws InvalidExpressionException {
    return compile(text);
  }

  @Override
  public final Expression<List<Payload>> items(String source) throws InvalidExpressionException {
    return compile(source);
  }

  @Override
  public final Expression<Long> duration(String text) throws InvalidExpressionException {
    return compile(text);
  }

  @Override
  public final Expression<Long> time(String text) throws InvalidExpressionException {
    return compile(text);
  }
}
