package dev.millrace.orchestrator.expression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Payload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CelExpressionsTest {
  private static final String INPUT =
      """
      {"amount": 150, "price": 19.99, "name": "Ada", "paid": true, "nothing": null,
       "big": 123456789012345678901234567890, "huge": 1e400, "one": 1.0,
       "tags": ["a", "b"], "lines": [{"sku": "x", "n": 2}, {"sku": "y", "n": 5}],
       "address": {"city": "Zürich", "zip-code": "8001"}, "at": "2026-01-02T03:04:05Z"}
      """;

  private final CelExpressions expressions = new CelExpressions();

  private static TestScope scope() {
    return TestScope.ofInput(INPUT)
        .step("a", "{\"ok\": true, \"x\": 7}")
        .step("my-step", "{\"x\": 8}")
        .step("my.step", "[1, 2, 3]")
        .output("{\"done\": false, \"n\": 41}")
        .item("{\"sku\": \"z\"}");
  }

  private String render(String expression) throws Exception {
    return template("\"${" + expression + "}\"");
  }

  private String template(String json) throws Exception {
    Payload payload = expressions.template(json).evaluate(scope());
    assertThat(payload.contentType()).isEmpty();
    return new String(payload.data(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "input.amount > 100 | true",
        "input.amount + 1 | 151",
        "input.amount > 100 && input.paid && input.name == 'Ada' | true",
        "input['amount'] | 150",
        "input.price | 19.99",
        "input.price * 2.0 | 39.98",
        "input.amount > 19.5 | true",
        "input.one | 1.0",
        "input.one == 1 | true",
        "input.nothing | null",
        "input.nothing == null | true",
        "has(input.nothing) | true",
        "has(input.missing) | false",
        "has(input.address.zip) | false",
        "input.?missing.orValue(5) | 5",
        "input.?amount.orValue(5) | 150",
        "input[?'missing'].orValue('none') | `none`",
        "input.?address.?city.orValue('?') | `Zürich`",
        "input.?missing | null",
        "input.big | 123456789012345678901234567890",
        "input.huge | 1E+400",
        "input.tags[1] | `b`",
        "input.tags + ['c'] | [`a`,`b`,`c`]",
        "input.tags.map(t, t + '!') | [`a!`,`b!`]",
        "input.lines.filter(l, l.n > 3)[0].sku | `y`",
        "input.lines.exists(l, l.sku == 'x') | true",
        "input.lines.all(l, l.n > 3) | false",
        "input.lines.exists_one(l, l.n == 2) | true",
        "input.lines.map(l, l.n > 3, l.sku) | [`y`]",
        "input.lines | [{`sku`:`x`,`n`:2},{`sku`:`y`,`n`:5}]",
        "'a' in input.tags | true",
        "'city' in input.address | true",
        "size(input.tags) | 2",
        "input.name.size() | 3",
        "input.address['zip-code'].startsWith('80') | true",
        "input.name.matches('^A.a$') | true",
        "input.name.contains('d') | true",
        "input.address | {`city`:`Zürich`,`zip-code`:`8001`}",
        "input.amount > 100 ? 'big' : 'small' | `big`",
        "timestamp(input.at) | `2026-01-02T03:04:05Z`",
        "timestamp(input.at) + duration('1h') | `2026-01-02T04:04:05Z`",
        "timestamp(input.at).getFullYear() | 2026",
        "duration('90s') | `90s`",
        "duration('1.5s') | `1.5s`",
        "duration('-0.25s') | `-0.25s`",
        "b'abc' | `YWJj`",
        "18446744073709551615u | 18446744073709551615",
        "9223372036854775807 | 9223372036854775807",
        "{'b': 1, 'a': [true, null]} | {`b`:1,`a`:[true,null]}",
        "{1: 'x', true: 'y'} | {`1`:`x`,`true`:`y`}",
        "[optional.of(1), optional.none()] | [1,null]",
        "[?input.?missing, 2] | [2]",
        "steps.a.output.x | 7",
        "steps['my-step'].output.x | 8",
        "steps['my.step'].output[2] | 3",
        "has(steps.a.output) | true",
        "has(steps.b.output) | false",
        "has(steps.a.output.ok) | true",
        "steps.?b.?output.?x.orValue(0) | 0",
        "steps.?a.?output.?x.orValue(0) | 7",
        "workflow.id + '/' + workflow.tenant | `w-1/acme`",
        "workflow.priority + 1 | 8",
        "output.n + 1 | 42",
        "item.sku + string(index) | `z3`",
        "int('12') + 1 | 13",
        "double('1.5') | 1.5",
        "type(input.amount) == int | true",
        "dyn(1) == 1.0 | true",
        "input.amount == '150' | false",
        "input == input | true",
        "input.lines == [{'sku': 'x', 'n': 2}, {'sku': 'y', 'n': 5}] | true",
      })
  void expressionHasAValue(String expression, String json) throws Exception {
    assertThat(render(expression.strip())).isEqualTo(json.replace('`', '"'));
  }
}
