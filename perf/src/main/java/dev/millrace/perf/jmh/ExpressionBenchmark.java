package dev.millrace.perf.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Conditions and mappings over an input of 1 KiB, as in the engine: compiled once, evaluated once a
 * decision. All but the last include the parsing of what they read.
 */
@State(Scope.Thread)
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExpressionBenchmark {
  private static final int INPUT_BYTES = 1024;

  private final Payload input = new Payload("", input());
  private final OneDecision decided = new OneDecision(input);
  private final Expression<Boolean> condition;
  private final Expression<Boolean> constant;
  private final Expression<Payload> template;

  /** Compiles the expressions. */
  public ExpressionBenchmark() {
    CelExpressions expressions = new CelExpressions();
    try {
      condition =
          expressions.condition(
              "input.amount > 100 && input.currency == 'CHF' && input.customer.tier == 'gold'");
      constant = expressions.condition("workflow.priority > 3 && workflow.tenant == 'acme'");
      template =
          expressions.template(
              """
              {"id": "${input.id}", "amount": "${input.amount}", "to": "${input.customer}",
               "note": "order ${input.id} in ${input.currency}", "source": "shop"}
              """);
      if (!condition.evaluate(decided)) {
        throw new IllegalStateException("the condition does not come to its end");
      }
    } catch (InvalidExpressionException | EvaluationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Three clauses, all of which hold, over a field in the middle and one at the end. */
  @Benchmark
  public boolean condition() throws EvaluationException {
    return condition.evaluate(new OneDecision(input));
  }

  /** Two clauses that look at no payload. */
  @Benchmark
  public boolean conditionWithoutPayload() throws EvaluationException {
    return constant.evaluate(new OneDecision(input));
  }

  /** Five fields, one of them an object. */
  @Benchmark
  public Payload template() throws EvaluationException {
    return template.evaluate(new OneDecision(input));
  }

  /** The same three clauses when the decision has parsed the input already. */
  @Benchmark
  public boolean conditionOfParsedInput() throws EvaluationException {
    return condition.evaluate(decided);
  }

  private static byte[] input() {
    StringBuilder json = new StringBuilder("{\"id\": \"order-4711\", \"amount\": 150.25");
    for (int i = 1; i <= 12; i++) {
      json.append(", \"attribute-%02d\": \"value number %d\"".formatted(i, i));
    }
    json.append(", \"currency\": \"CHF\", \"lines\": [");
    for (int i = 1; i <= 4; i++) {
      json.append(i == 1 ? "" : ", ");
      json.append("{\"sku\": \"sku-%04d\", \"quantity\": %d, \"price\": %d.95}".formatted(i, i, i));
    }
    json.append(
        "], \"customer\": {\"id\": 99, \"tier\": \"gold\", \"name\": \"Ada\"}, \"pad\": \"");
    String end = "\"}";
    return json.repeat("x", INPUT_BYTES - json.length() - end.length())
        .append(end)
        .toString()
        .getBytes(UTF_8);
  }
}
