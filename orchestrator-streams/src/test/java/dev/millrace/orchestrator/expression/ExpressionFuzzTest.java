package dev.millrace.orchestrator.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random expressions over random payloads give a value or one of the two exceptions. */
@Timeout(120)
class ExpressionFuzzTest {
  private static final int SEEDS = 1_000;
  private static final String[] ROOTS = {
    "input",
    "output",
    "item",
    "index",
    "steps.a.output",
    "steps['b'].output",
    "workflow.id",
    "workflow.priority",
    "1",
    "-1",
    "9223372036854775807",
    "1.5",
    "1e308",
    "2u",
    "'a'",
    "''",
    "b'x'",
    "true",
    "null",
    "[]",
    "{}",
    "duration('1s')",
    "timestamp('2026-01-01T00:00:00Z')",
    "optional.none()",
    "int",
    "steps",
    "x"
  };
  private static final String[] NAMES = {"a", "b", "c", "x"};
  private static final String[] OPERATORS = {
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"
  };
  private static final String[] FUNCTIONS = {
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "bytes",
    "type",
    "dyn",
    "timestamp",
    "duration",
    "has",
    "optional.of",
    "optional.ofNonZeroValue",
    "optional.unwrap"
  };
  private static final String[] METHODS = {
    "contains", "matches", "startsWith", "endsWith", "orValue", "or"
  };
  private static final String[] MACROS = {"map", "filter", "all", "exists", "exists_one"};
  private static final String[] JSON = {
    "null", "true", "0", "-1", "1.5", "1e400", "123456789012345678901234567890", "\"a\"",
    "\"\\ud800\"", "\"(\"", "[]", "{}", "\"2026-01-01T00:00:00Z\"", "nope", "1e-400", "-0.0"
  };

  private final CelExpressions expressions = new CelExpressions();
  private int values;
  private int failures;
  private int refusals;

  @Test
  void nothingButTheTwoExceptionsEscapes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      String source = expression(random, 3);
      String quoted = "\"a ${" + source.replace("\\", "\\\\").replace("\"", "\\\"") + "}\"";
      long at = random.nextLong();
      run(seed, source, at, () -> expressions.condition(source));
      run(seed, source, at, () -> expressions.items(source));
      run(seed, source, at, () -> expressions.template(quoted));
      run(seed, source, at, () -> expressions.template(quoted.replace("a $", "$")));
      run(seed, source, at, () -> expressions.duration("${" + source + "}"));
    }
    assertThat(values).as("expressions with a value").isGreaterThan(SEEDS / 2);
    assertThat(failures).as("failures").isGreaterThan(SEEDS / 2);
    assertThat(refusals).as("refusals").isGreaterThan(SEEDS / 2);
  }

  @Test
  void randomTextIsRefusedOrEvaluated() {
    String letters = "ainput.steps[]{}()'\"\\$%&|!?:,+-*/ 0123456789rbéx\n\t\u0000😀";
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      String source = text.toString();
      run(seed, source, seed, () -> expressions.condition(source));
      run(seed, source, seed, () -> expressions.template(source));
      run(seed, source, seed, () -> expressions.duration(source));
    }
    assertThat(refusals).isGreaterThan(SEEDS);
  }

  /** Compiles an expression. */
  @FunctionalInterface
  private interface Compilation {
    Expression<?> compile() throws InvalidExpressionException;
  }

  private void run(int seed, String source, long payloads, Compilation compilation) {
    try {
      Expression<?> expression = compilation.compile();
      Object first = outcome(expression, payloads);
      assertThat(outcome(expression, payloads)).as("again").isEqualTo(first);
    } catch (InvalidExpressionException e) {
      refusals++;
      assertThat(e.offset()).isBetween(0, source.length() + 8);
      assertThat(e.getMessage()).isNotBlank();
    } catch (AssertionError | RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed %d: %s".formatted(seed, source), e);
    }
  }

  private Object outcome(Expression<?> expression, long payloads) {
    try {
      Object value = expression.evaluate(scope(new Random(payloads)));
      values++;
      return value;
    } catch (EvaluationException e) {
      failures++;
      return String.valueOf(e.getMessage());
    }
  }

  private static TestScope scope(Random random) {
    TestScope scope = TestScope.empty();
    if (random.nextInt(10) > 0) {
      Payload input = TestScope.json(json(random, 3));
      scope.input(random.nextInt(20) > 0 ? input : new Payload("text/plain", input.data()));
    }
    if (random.nextBoolean()) {
      scope.output(json(random, 2)).item(json(random, 2));
    }
    return random.nextBoolean() ? scope.step("a", json(random, 3)) : scope;
  }

  private static String json(Random random, int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return pick(random, JSON);
    }
    StringBuilder json = new StringBuilder();
    boolean object = random.nextInt(3) > 0;
    for (int i = random.nextInt(4); i > 0; i--) {
      json.append(json.isEmpty() ? "" : ",");
      json.append(object ? "\"" + pick(random, NAMES) + "\":" : "").append(json(random, depth - 1));
    }
    return object ? "{" + json + "}" : "[" + json + "]";
  }

  private static String expression(Random random, int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return pick(random, ROOTS);
    }
    String operand = expression(random, depth - 1);
    return switch (random.nextInt(13)) {
      case 0 -> operand + "." + pick(random, NAMES);
      case 1 -> operand + ".?" + pick(random, NAMES);
      case 2 -> operand + "[" + expression(random, depth - 1) + "]";
      case 3 -> operand + "[?" + expression(random, depth - 1) + "]";
      case 4, 5, 6 ->
          "(%s %s %s)".formatted(operand, pick(random, OPERATORS), expression(random, depth - 1));
      case 7 -> pick(random, FUNCTIONS) + "(" + operand + ")";
      case 8 ->
          "%s.%s(%s)".formatted(operand, pick(random, METHODS), expression(random, depth - 1));
      case 9 ->
          "%s.%s(x, %s)".formatted(operand, pick(random, MACROS), expression(random, depth - 1));
      case 10 -> "[" + operand + ", ?" + expression(random, depth - 1) + "]";
      case 11 -> "{'a': " + operand + ", " + expression(random, depth - 1) + ": 1}";
      default -> "!(" + operand + ") ? " + expression(random, depth - 1) + " : -" + operand;
    };
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }
}
