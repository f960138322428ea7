package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/**
 * A language in which every list is the same one, however long: the lists of the others have limits
 * of their own.
 *
 * @param others what all but lists are written in
 */
public record GivenItems(ExpressionCompiler others, List<Payload> list)
    implements ExpressionCompiler {
  @Override
  public Expression<List<Payload>> items(String source) {
    return new Expression<>() {
      @Override
      public List<Payload> evaluate(Scope scope) {
        return list;
      }

      @Override
      public Reads reads() {
        return Reads.NOTHING;
      }
    };
  }

  @Override
  public Expression<Boolean> condition(String source) throws InvalidExpressionException {
    return others.condition(source);
  }

  @Override
  public Expression<Payload> template(String json) throws InvalidExpressionException {
    return others.template(json);
  }

  @Override
  public Expression<String> text(String text) throws InvalidExpressionException {
    return others.text(text);
  }

  @Override
  public Expression<Long> duration(String text) throws InvalidExpressionException {
    return others.duration(text);
  }

  @Override
  public Expression<Long> time(String text) throws InvalidExpressionException {
    return others.time(text);
  }

  @Override
  public PayloadSchema schema(String json) throws InvalidExpressionException {
    return others.schema(json);
  }
}
