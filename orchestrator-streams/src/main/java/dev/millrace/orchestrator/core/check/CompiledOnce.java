package dev.millrace.orchestrator.core.check;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has each text compiled once, for compiling takes a good part of a millisecond: texts are often
 * the same, and a definition is first checked and then compiled. For one definition, one thread.
 */
public final class CompiledOnce implements ExpressionCompiler {
  private final ExpressionCompiler compiler;
  private final Map<String, Expression<Boolean>> conditions = new HashMap<>();
  private final Map<String, Expression<Payload>> templates = new HashMap<>();
  private final Map<String, Expression<String>> texts = new HashMap<>();
  private final Map<String, Expression<List<Payload>>> items = new HashMap<>();
  private final Map<String, Expression<Long>> durations = new HashMap<>();
  private final Map<String, Expression<Long>> times = new HashMap<>();
  private final Map<String, PayloadSchema> schemas = new HashMap<>();

  /** Compiles one text. */
  @FunctionalInterface
  private interface Compilation<T> {
    Expression<T> of(String text) throws InvalidExpressionException;
  }

  /** Lets a compiler do the work. */
  public CompiledOnce(ExpressionCompiler compiler) {
    this.compiler = compiler;
  }

  @Override
  public Expression<Boolean> condition(String source) throws InvalidExpressionException {
    return once(conditions, source, compiler::condition);
  }

  @Override
  public Expression<Payload> template(String json) throws InvalidExpressionException {
    return once(templates, json, compiler::template);
  }

  @Override
  public Expression<String> text(String text) throws InvalidExpressionException {
    return once(texts, text, compiler::text);
  }

  @Override
  public Expression<List<Payload>> items(String source) throws InvalidExpressionException {
    return once(items, source, compiler::items);
  }

  @Override
  public Expression<Long> duration(String text) throws InvalidExpressionException {
    return once(durations, text, compiler::duration);
  }

  @Override
  public Expression<Long> time(String text) throws InvalidExpressionException {
    return once(times, text, compiler::time);
  }

  @Override
  public PayloadSchema schema(String json) throws InvalidExpressionException {
    PayloadSchema schema = schemas.get(json);
    if (schema == null) {
      schema = compiler.schema(json);
      schemas.put(json, schema);
    }
    return schema;
  }

  private static <T> Expression<T> once(
      Map<String, Expression<T>> known, String text, Compilation<T> compilation)
      throws InvalidExpressionException {
    Expression<T> expression = known.get(text);
    if (expression == null) {
      expression = compilation.of(text);
      known.put(text, expression);
    }
    return expression;
  }
}
