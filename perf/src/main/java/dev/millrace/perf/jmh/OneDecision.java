package dev.millrace.perf.jmh;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/** The scope of one decision on a workflow of which nothing but its input is known. */
final class OneDecision implements Scope, Scope.Parsed {
  private final Payload input;
  private @Nullable Object parsedInput;

  OneDecision(Payload input) {
    this.input = input;
  }

  @Override
  public Payload input() {
    return input;
  }

  @Override
  public @Nullable Payload stepOutput(String step) {
    return null;
  }

  @Override
  public @Nullable Payload output() {
    return null;
  }

  @Override
  public String workflowId() {
    return "order-4711";
  }

  @Override
  public String tenant() {
    return "acme";
  }

  @Override
  public int priority() {
    return 5;
  }

  @Override
  public Parsed parsed() {
    return this;
  }

  @Override
  public Object of(Payload payload, Parser parser) throws EvaluationException {
    Object parsed = parsedInput;
    if (parsed == null) {
      parsed = parser.parse(payload);
      parsedInput = parsed;
    }
    return parsed;
  }
}
