package dev.millrace.orchestrator.core.expression;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/** Compiles the texts of a definition. Thread-safe. */
public interface ExpressionCompiler {
  /** A condition: CEL that gives a boolean. */
  Expression<Boolean> condition(String source) throws InvalidExpressionException;

  /** A template: JSON text whose strings may hold <code>${...}</code>. */
  Expression<Payload> template(String json) throws InvalidExpressionException;

  /** A text that may hold <code>${...}</code>, each of which gives a text, number or boolean. */
  Expression<String> text(String text) throws InvalidExpressionException;

  /** A list, each item as a payload of its own: CEL. */
  Expression<List<Payload>> items(String source) throws InvalidExpressionException;

  /** Milliseconds of a duration: its text, or <code>${...}</code>. */
  Expression<Long> duration(String text) throws InvalidExpressionException;

  /** Epoch milliseconds of a point in time: its text, or <code>${...}</code>. */
  Expression<Long> time(String text) throws InvalidExpressionException;

  /** What a payload must be: JSON Schema, as JSON text. */
  PayloadSchema schema(String json) throws InvalidExpressionException;
}
