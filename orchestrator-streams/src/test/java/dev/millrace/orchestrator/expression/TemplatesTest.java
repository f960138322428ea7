package dev.millrace.orchestrator.expression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {
  private final CelExpressions expressions = new CelExpressions();

  private static TestScope scope() {
    return TestScope.ofInput(
        "{\"id\": \"o-1\", \"n\": 3, \"f\": 1.5, \"b\": true, \"o\": {\"k\": [1, null]},"
            + " \"z\": null, \"wait\": \"90s\", \"at\": \"2027-01-01T00:00:00+01:00\"}");
  }

  private String render(String json) throws Exception {
    return new String(expressions.template(json).evaluate(scope()).data(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "`${input.n}` | 3",
        "`${input.o}` | {`k`:[1,null]}",
        "`${input.id}` | `o-1`",
        "`order ${input.id} of ${input.n}` | `order o-1 of 3`",
        "`${input.f}/${input.b}/${input.z}` | `1.5/true/null`",
        "`o=${input.o}` | `o={\\`k\\`:[1,null]}`",
        "`${input.n} ` | `3 `",
        "`$${input.n}` | `${input.n}`",
        "`$${a} ${input.n} $$ $` | `${a} 3 $$ $`",
        "`$$${input.n}` | `$${input.n}`",
        "`${ {'a': '}'} }` | {`a`:`}`}",
        "`${'it\\\\'s }'}` | `it's }`",
        "`t ${timestamp(input.at)} ${duration(input.wait)}` | `t 2026-12-31T23:00:00Z 90s`",
        "{ `b` : [ `${input.n}`, 2, { } ], `a` : null } | {`b`:[3,2,{}],`a`:null}",
        "{`x`: `plain`, `y`: 1.50, `z`: 12345678901234567890} |"
            + " {`x`:`plain`,`y`:1.50,`z`:12345678901234567890}",
        "`` | ``",
        "`${[]}${{}}` | `[]{}`",
      })
  void templateGivesCompactJson(String template, String json) throws Exception {
    assertThat(render(template.replace('`', '"'))).isEqualTo(json.replace('`', '"'));
  }

  @Test
  void templateWithoutExpressionsIsMadeOnce() throws Exception {
    Expression<Payload> template = expressions.template("{\"a\": [1, {\"b\": \"$${x}\"}]}");

    assertThat(template.reads()).isEqualTo(Reads.NOTHING);
    assertThat(template.evaluate(scope())).isSameAs(template.evaluate(TestScope.empty()));
    assertThat(new String(template.evaluate(scope()).data(), UTF_8))
        .isEqualTo("{\"a\":[1,{\"b\":\"${x}\"}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{} {}",
        "\"${input.n\"",
        "\"${}\"",
        "{\"${input.id}\": 1}",
        "{\"a\": 1, \"a\": 2}",
        "'x'",
        "NaN"
      })
  void brokenTemplateIsRefused(String json) {
    assertThatExceptionOfType(InvalidExpressionException.class)
        .isThrownBy(() -> expressions.template(json));
  }

  @Test
  void readsNameTheInputAndTheSteps() throws Exception {
    assertThat(
            expressions
                .template("[\"${steps.a.output.x}\", \"${steps['b-c'].?output.?y} ${output}\"]")
                .reads())
        .isEqualTo(new Reads(false, Set.of("a", "b-c")));
    assertThat(expressions.condition("[1].all(x, x < input.n)").reads())
        .isEqualTo(new Reads(true, Set.of()));
    assertThat(expressions.condition("has(steps.a.output.x) || workflow.id == 'x'").reads())
        .isEqualTo(new Reads(false, Set.of("a")));
    assertThat(expressions.items("steps['a.b'].output").reads())
        .isEqualTo(new Reads(false, Set.of("a.b")));
    assertThat(expressions.duration("${input.wait}").reads()).isEqualTo(new Reads(true, Set.of()));
    assertThat(expressions.text("${input.a}-${item.b}").reads())
        .isEqualTo(new Reads(true, Set.of(), true));
    assertThat(expressions.text("${string(index + 1)}").reads())
        .isEqualTo(new Reads(false, Set.of(), true));
  }

  @Test
  void itemsOfAListArePayloads() throws Exception {
    List<Payload> items = expressions.items("[input.o, input.n, 'x']").evaluate(scope());

    assertThat(items)
        .extracting(item -> new String(item.data(), UTF_8))
        .containsExactly("{\"k\":[1,null]}", "3", "\"x\"");
    assertThatExceptionOfType(EvaluationException.class)
        .isThrownBy(() -> expressions.items("input.o").evaluate(scope()))
        .withMessageContaining("must be a list");
  }

  @ParameterizedTest
  @CsvSource({
    "10m, 600000",
    "PT10M, 600000",
    "100ms, 100",
    "${input.wait}, 90000",
    "${duration('1.5s')}, 1500",
    "${input.n}, 3000",
    "${input.f}, 1500",
    "PT${input.n}S, 3000",
    "${0}, 0"
  })
  void durationIsInMilliseconds(String text, long milliseconds) throws Exception {
    assertThat(expressions.duration(text).evaluate(scope())).isEqualTo(milliseconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-12-31T23:00:00Z",
        "2027-01-01T00:00:00+01:00",
        "${input.at}",
        "${timestamp(input.at)}"
      })
  void timeIsInEpochMilliseconds(String text) throws Exception {
    assertThat(expressions.time(text).evaluate(scope()))
        .isEqualTo(Instant.parse("2026-12-31T23:00:00Z").toEpochMilli());
  }

  @Test
  void wrongWaitsAreRefusedOrFail() throws Exception {
    for (String text : List.of("soon", "10", "", "-5s")) {
      assertThatExceptionOfType(InvalidExpressionException.class)
          .isThrownBy(() -> expressions.duration(text));
      assertThatExceptionOfType(InvalidExpressionException.class)
          .isThrownBy(() -> expressions.time(text));
    }
    for (String text : List.of("${input.id}", "${input.b}", "${input.o}", "${input.missing}")) {
      assertThatExceptionOfType(EvaluationException.class)
          .isThrownBy(() -> expressions.duration(text).evaluate(scope()))
          .withMessageContaining("expression 'input.");
      assertThatExceptionOfType(EvaluationException.class)
          .isThrownBy(() -> expressions.time(text).evaluate(scope()));
    }
  }
}
