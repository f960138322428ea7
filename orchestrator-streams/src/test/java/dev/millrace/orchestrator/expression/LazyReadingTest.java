package dev.millrace.orchestrator.expression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LazyReadingTest {
  private final CelExpressions expressions = new CelExpressions();

  @Test
  void payloadIsNotParsedUntilItIsLookedAt() throws Exception {
    TestScope scope = TestScope.ofInput("broken").step("a", "broken");

    assertThat(expressions.condition("workflow.priority == 7").evaluate(scope)).isTrue();
    assertThat(expressions.condition("has(steps.b.output)").evaluate(scope)).isFalse();
    assertThat(scope.payloadsParsed()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "input.text.matches('a+b') && workflow.priority < 5; false",
        "input.list.exists(x, x == 3) || input.n == 1; true",
        "input.broken.all(x, x.y > 1) && input.n == 2; false",
        "(input.text.matches('x') && input.n == 2) || workflow.id == 'w-1'; true",
      })
  void cheapOperandThatDecidesSparesTheOthers(String source, boolean value) throws Exception {
    TestScope scope =
        TestScope.ofInput("{\"text\": \"aab\", \"list\": [1, 2], \"n\": 1, \"broken\": 1}");

    assertThat(expressions.condition(source).evaluate(scope)).isEqualTo(value);
  }

  @Test
  void cheapOperandGoesFirst() throws Exception {
    TestScope scope = TestScope.ofInput("broken");

    assertThat(
            expressions
                .condition(
                    "input.lines.all(l, l.text.matches('a')) && input.text.contains('x')"
                        + " && workflow.priority < 5")
                .evaluate(scope))
        .isFalse();
    assertThat(scope.payloadsParsed()).as("the input is not looked at").isZero();
  }

  @Test
  void fieldsThatNobodyNamesAreNotMade() throws Exception {
    Payload payload = TestScope.json("{\"a\": 1, \"b\": {\"c\": [1, 2]}, \"d\": 2}");
    ReadPayload read = ReadPayload.of(payload, new FieldNames(false, Set.of("a")));

    assertThat(read.value(new FieldNames(false, Set.of("a"))).toString())
        .isEqualTo("an object of 1 fields");
    assertThat(read.value(new FieldNames(false, Set.of("d"))).toString())
        .isEqualTo("an object of 2 fields");
    assertThat(read.value(FieldNames.ALL).toString()).isEqualTo("an object of 3 fields");
  }

  @Test
  void valueDoesNotDependOnWhatWasEvaluatedBefore() throws Exception {
    List<String> sources =
        List.of(
            "'${input.a}'",
            "'${input}'",
            "'${input.b.c}'",
            "'${input.z}'",
            "'${has(input.q)}'",
            "'${size(input)}'",
            "'${input.map(k, k)}'",
            "'${input.?b.?x.orValue(1)}'");
    String json = "{\"a\": 1, \"b\": {\"c\": 2}, \"z\": 1e999, \"a\": 3}";
    for (String first : sources) {
      TestScope shared = TestScope.ofInput(json);
      for (String source : IntStream.range(0, 3).boxed().flatMap(i -> sources.stream()).toList()) {
        Expression<Payload> expression = expressions.template(source.replace('\'', '"'));
        expressions.template(first.replace('\'', '"')).evaluate(shared);

        assertThat(expression.evaluate(shared))
            .as("%s after %s", source, first)
            .isEqualTo(expression.evaluate(TestScope.ofInput(json)));
      }
    }
  }

  @Test
  void fieldsKeepTheirOrderAndTheLastOfOneNameCounts() throws Exception {
    TestScope scope = TestScope.ofInput("{\"z\": 1, \"y\": 2, \"z\": 3, \"a\": 4}");

    assertThat(new String(expressions.template("\"${input}\"").evaluate(scope).data(), UTF_8))
        .isEqualTo("{\"z\":3,\"y\":2,\"a\":4}");
    assertThat(expressions.items("input.map(k, k)").evaluate(scope))
        .extracting(item -> new String(item.data(), UTF_8))
        .containsExactly("\"z\"", "\"y\"", "\"a\"");
  }

  @Test
  void listMadeOfAnotherLeavesItAsItIs() throws Exception {
    TestScope scope = TestScope.ofInput("{\"l\": [1]}");

    assertThat(
            new String(
                expressions
                    .template("\"${[input.l + [2], input.l + [3], input.l]}\"")
                    .evaluate(scope)
                    .data(),
                UTF_8))
        .isEqualTo("[[1,2],[1,3],[1]]");
  }

  @Test
  void missingInputIsAFailure() throws Exception {
    Expression<Boolean> condition = expressions.condition("input.a == 1");

    assertThatExceptionOfType(EvaluationException.class)
        .isThrownBy(() -> condition.evaluate(TestScope.empty()))
        .withMessageContaining("the workflow has no input");
  }

  @Test
  void oneExpressionServesManyThreads() throws Exception {
    Expression<Payload> template =
        expressions.template(
            "{\"sum\": \"${input.n + 1}\", \"big\": \"${input.l.filter(x, x > input.n)}\","
                + " \"m\": \"${input.t.matches('^t[0-9]+$')}\"}");
    List<Callable<Boolean>> tasks =
        IntStream.range(0, 8)
            .<Callable<Boolean>>mapToObj(
                thread ->
                    () -> {
                      boolean right = true;
                      for (int i = 0; i < 500; i++) {
                        int n = thread * 1000 + i;
                        Payload payload =
                            template.evaluate(
                                TestScope.ofInput(
                                    "{\"n\": %d, \"l\": [%d, %d], \"t\": \"t%d\"}"
                                        .formatted(n, n, n + 1, n)));
                        String expected =
                            "{\"sum\":%d,\"big\":[%d],\"m\":true}".formatted(n + 1, n + 1);
                        right &= new String(payload.data(), UTF_8).equals(expected);
                      }
                      return right;
                    })
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> right : threads.invokeAll(tasks)) {
        assertThat(right.get()).isTrue();
      }
    }
  }
}
