package dev.millrace.orchestrator.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each limit holds, and a hostile expression ends; the time-outs are of another magnitude. */
@Timeout(60)
class ExpressionLimitsTest {
  private final CelExpressions expressions = new CelExpressions();

  private static void refuses(ThrowingCallable compilation, String reason) {
    assertThatExceptionOfType(InvalidExpressionException.class)
        .isThrownBy(compilation)
        .withMessageContaining(reason);
  }

  private static void fails(Expression<?> expression, TestScope scope, String reason) {
    assertThatExceptionOfType(EvaluationException.class)
        .isThrownBy(() -> expression.evaluate(scope))
        .withMessageContaining(reason);
  }

  private static String numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  @Test
  void sourceIsNotLongerThanItsLimit() throws Exception {
    String longest = "true" + " ".repeat(ExpressionLimits.SOURCE_CHARS - 4);

    assertThat(expressions.condition(longest).evaluate(TestScope.empty())).isTrue();
    refuses(() -> expressions.condition(longest + " "), "2001 characters, more than 2000");
  }

  @Test
  void sourceIsNotNestedDeeperThanItsLimit() throws Exception {
    int tooDeep = ExpressionLimits.SOURCE_DEPTH + 1;

    assertThat(expressions.condition("((((((((((true))))))))))").evaluate(TestScope.empty()))
        .isTrue();
    refuses(
        () -> expressions.condition("(".repeat(tooDeep) + "true" + ")".repeat(tooDeep)),
        "recursion limit");
    refuses(() -> expressions.condition("1" + "+1".repeat(tooDeep) + "==1"), "recursion limit");
    refuses(() -> expressions.condition("[".repeat(900) + "]".repeat(900) + "==1"), "limit");
    refuses(() -> expressions.condition("!".repeat(1999) + "x"), "");
    refuses(() -> expressions.condition("-".repeat(1999) + "x"), "");
    refuses(() -> expressions.condition("a" + ".b".repeat(900)), "");
    refuses(() -> expressions.condition("a" + "?a:a".repeat(400)), "");
    refuses(() -> expressions.condition("input" + ".map(x,x)".repeat(200)), "");
  }

  @Test
  void templateIsNotLargerNorDeeperThanItsLimits() throws Exception {
    refuses(
        () -> expressions.template(quoted("x".repeat(ExpressionLimits.TEMPLATE_CHARS))),
        "more than 65536");
    int deepest = ExpressionLimits.TEMPLATE_DEPTH;
    assertThat(expressions.template("[".repeat(deepest) + "]".repeat(deepest))).isNotNull();
    refuses(() -> expressions.template("[".repeat(deepest + 1) + "]".repeat(deepest + 1)), "depth");
    refuses(() -> expressions.template("[" + numbers(2) + "," + "9".repeat(1001) + "]"), "1000");
  }

  @Test
  void templateHasNoMoreExpressionsThanItsLimit() {
    refuses(
        () -> expressions.template(quoted("${1}".repeat(1 + 1_000))), "more than 1000 expressions");
  }

  @Test
  void comprehensionsHaveOneLimitTogether() throws Exception {
    TestScope scope = TestScope.ofInput("[" + numbers(ExpressionLimits.ITERATIONS) + "]");

    assertThat(expressions.condition("input.all(x, x >= 0)").evaluate(scope)).isTrue();
    assertThat(expressions.items("input.map(x, x + 1)").evaluate(scope)).hasSize(10_000);
    fails(expressions.condition("input.all(x, x >= 0) && input.all(x, x >= 0)"), scope, "10000");
    fails(expressions.condition("input.all(x, input.all(y, x + y >= 0))"), scope, "10000");
  }

  @Test
  void regularExpressionsAreBoundedInLengthProgramAndText() throws Exception {
    TestScope scope =
        TestScope.ofInput(
            "{\"p\": \"%s\", \"q\": \"%s\", \"t\": \"%s\"}"
                .formatted(
                    "a".repeat(ExpressionLimits.REGEX_CHARS + 1),
                    "(x{1000}){1}y{1000}",
                    "a".repeat(ExpressionLimits.MATCHED_CHARS + 1)));

    refuses(() -> expressions.condition("'x'.matches('a{1000}b{1000}')"), "instructions");
    fails(expressions.condition("'x'.matches(input.p)"), scope, "2001 characters");
    fails(expressions.condition("'x'.matches(input.q)"), scope, "instructions");
    fails(expressions.condition("input.t.matches('a')"), scope, "16385 characters");
  }

  @Test
  void hostileMatchesEnd() throws Exception {
    TestScope scope =
        TestScope.ofInput(
            "{\"t\": \"%s\", \"l\": [%s]}"
                .formatted("a".repeat(ExpressionLimits.MATCHED_CHARS), numbers(9_000)));

    fails(
        expressions.condition("input.l.all(x, input.t.matches('(a?){190}a{190}$'))"),
        scope,
        "more work");
  }

  @Test
  void searchIsBounded() throws Exception {
    TestScope scope =
        TestScope.ofInput(
            "{\"t\": \"%s\", \"s\": \"%s\", \"u\": \"%s\", \"l\": [%s]}"
                .formatted(
                    "a".repeat(500_000),
                    "a".repeat(ExpressionLimits.SOUGHT_CHARS + 1),
                    "a".repeat(ExpressionLimits.SOUGHT_CHARS - 1) + "b",
                    numbers(9_000)));

    fails(expressions.condition("input.t.contains(input.s)"), scope, "1001 characters");
    fails(expressions.condition("input.l.all(x, !input.t.contains(input.u))"), scope, "more work");
  }

  @Test
  void payloadIsNotLargerNorDeeperThanItsLimits() throws Exception {
    Expression<Boolean> condition = expressions.condition("input == 1");
    fails(
        condition,
        TestScope.ofInput(quoted("x".repeat(ExpressionLimits.PAYLOAD_BYTES))),
        "1048578 bytes");
    fails(condition, TestScope.ofInput("[".repeat(101) + "]".repeat(101)), "depth");
    fails(condition, TestScope.ofInput("9".repeat(1_001)), "1000");
  }

  @Test
  void textsAndListsDoNotGrowWithoutEnd() throws Exception {
    TestScope scope = TestScope.ofInput("{\"t\": \"%s\"}".formatted("x".repeat(600_000)));

    fails(expressions.condition("input.t + input.t == ''"), scope, "1200000 characters");
    fails(
        expressions.items("['x']" + ".map(y, y + y)".repeat(40)), TestScope.empty(), "characters");
    fails(expressions.items("[[1, 1]]" + ".map(y, y + y)".repeat(40)), TestScope.empty(), "100000");
    fails(expressions.items("[1]" + ".map(y, [y, y])".repeat(40)), TestScope.empty(), "more work");
    fails(
        expressions.items("[1]" + ".map(y, {'a': y, 'b': y})".repeat(40)),
        TestScope.empty(),
        "more work");
    fails(
        expressions.items("[b'x']" + ".map(y, y + y)".repeat(40)), TestScope.empty(), "characters");
  }

  @Test
  void comparingTheLargeAgainAndAgainEnds() throws Exception {
    TestScope scope = TestScope.ofInput("{\"l\": [%s]}".formatted(numbers(9_000)));

    fails(expressions.condition("input.l.all(x, input.l == input.l + [])"), scope, "more work");
    fails(expressions.condition("input.l.all(x, x in input.l)"), scope, "more work");
    fails(expressions.items("input.l.map(x, input.l)"), scope, "more work");
    fails(expressions.condition("input.l.all(x, int(string(input.l)) > 1)"), scope, "");
  }

  @Test
  void valueIsNotNestedDeeperThanItsLimit() throws Exception {
    String nested = "[1]" + ".map(y, [[[[[[[[[y]]]]]]]]])".repeat(30);

    fails(expressions.items(nested), TestScope.empty(), "deeper than 200");
  }

  @Test
  void resultIsNotLargerThanItsLimit() throws Exception {
    TestScope scope = TestScope.ofInput(quoted("x".repeat(600_000)));

    fails(expressions.template("[\"${input}\", \"${input}\"]"), scope, "1048576 bytes");
    fails(expressions.template("\"${input}${input}\""), scope, "1048576 characters");
    fails(
        expressions.items("[input, input, input, input, input, input, input, input]"),
        scope,
        "4194304 bytes");
  }

  @Test
  void listOfItemsIsNotLongerThanItsLimit() throws Exception {
    fails(
        expressions.items("input"),
        TestScope.ofInput("[" + numbers(ExpressionLimits.LIST_ITEMS + 1) + "]"),
        "100001 items, more than 100000");
  }

  @Test
  void waitIsNotLongerThanItsLimit() throws Exception {
    long days = Duration.ofMillis(ExpressionLimits.WAIT_MS).toDays();
    assertThat(expressions.duration(days + "d").evaluate(TestScope.empty()))
        .isEqualTo(ExpressionLimits.WAIT_MS);
    refuses(() -> expressions.duration((days + 1) + "d"), "0 to 3650 days");
    for (String wait : new String[] {"-1", "-0.001", "1e300", "double('NaN')", "315360001"}) {
      fails(expressions.duration("${" + wait + "}"), TestScope.empty(), "0 to 3650 days");
    }
  }
}
