package dev.millrace.orchestrator.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.state.Payload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionErrorsTest {
  private final CelExpressions expressions = new CelExpressions();

  private InvalidExpressionException refused(String source) {
    return catchThrowableOfType(
        InvalidExpressionException.class, () -> expressions.condition(source));
  }

  private String failure(String source) throws Exception {
    Expression<Boolean> condition = expressions.condition(source);
    TestScope scope =
        TestScope.ofInput("{\"n\": 1, \"s\": \"Ada\", \"l\": [1], \"big\": 12345678901234567890}");
    return String.valueOf(
        catchThrowableOfType(EvaluationException.class, () -> condition.evaluate(scope))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "inptu.x == 1 | 0 | undeclared reference to 'inptu'",
        "input.x ==  | 10 | mismatched input",
        "true && steps.a.outptu | 15 | of a step there is only its output",
        "steps[input.x].output | 0 | of a step there is only its output",
        "size(steps) == 1 | 5 | of a step there is only its output",
        "[1].exists(input, true) | 10 | 'input' is taken",
        "now() > 1 | 3 | undeclared reference to 'now'",
        "'a' + 1 == 'b' | 4 | found no matching overload",
        "input.s | -1 | -",
        "1 | 0 | gives int, and a condition must give a boolean",
        "input.s.matches('(') | 16 | no regular expression of RE2",
        "google.protobuf.Duration{seconds: 1} == 1 | 24 | there are no message types",
        "input.l.optMap(x, x) == 1 | 14 | undeclared reference",
        "workflow.name == '' | 0 | undeclared reference",
      })
  void compilerNamesThePlaceAndTheReason(String source, int offset, String reason) {
    InvalidExpressionException refusal = refused(source);

    if (offset < 0) {
      assertThat(refusal).as("may turn out to be a boolean").isNull();
      return;
    }
    assertThat(refusal.offset()).isEqualTo(offset);
    assertThat(refusal).hasMessageContaining(reason).hasMessageContaining("expression '");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "inptu.x == 1 | 'inptu' is neither a variable nor a function; did you mean 'input'? (CEL: undeclared",
        "now() > 1 | 'now' is neither a variable nor a function; the variables are input, steps, output,",
        "input.x == | something is missing at its end; complete it (CEL: mismatched input",
        "(input.x | something is missing at its end; complete it (CEL: ",
        "input.x == 1) | ')' cannot stand here; correct what is before it, or remove it (CEL: extraneous input",
        "input.x # 1 | '#' means nothing in an expression; remove it, or put it in quotes (CEL: token recognition",
        "input.x == 'a | a text begins here and does not end; close it with its quote (CEL: token recognition",
        "'a' + 1 == 'b' | '+' cannot be applied to values of these types: string, int; convert them with int(x)",
        "1 in 2 | 'in' cannot be applied to values of these types: int, int; convert",
        "size(1) == 1 | 'size' cannot be applied to values of these types: int; convert",
        "while == 1 | 'while' is a reserved word; name a field as in input['while'] (CEL: reserved identifier",
      })
  void compilerSaysItInPlainWordsBeforeItsOwn(String source, String reason) {
    assertThat(refused(source)).hasMessageContaining(reason).message().endsWith(")");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"properties\":{\"ok\":{\"type\":\"strng\"}}} | 'strng' at /properties/ok/type is no type; there are array,",
        "{\"minLength\":-1} | '-1' at /minLength is nothing that a schema may have there; correct or remove it (validator:",
        "7 | '7' is nothing that a schema may have there;",
        "{\"$ref\":\"#/none\"} | it refers to what is not in it, or cannot be used otherwise; write it as a whole (validator:",
        "{ | it is no JSON; correct it (validator:",
      })
  void schemaThatIsNoneIsToldWithItsPlace(String schema, String reason) {
    assertThat(
            catchThrowableOfType(
                InvalidExpressionException.class, () -> expressions.schema(schema)))
        .hasMessageStartingWith("no JSON Schema: " + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "input.missing == 1 | 5 | there is no field 'missing'; ask has(...) first",
        "input['mis' + 'sing'] == 1 | 5 | there is no field or key 'missing'",
        "input.n.x == 1 | 7 | Error resolving field 'x'",
        "input.l[7] == 1 | 7 | Index out of bounds: 7",
        "steps.b.output.x == 1 | 14 | step 'b' has no output",
        "1 / (input.n - 1) == 1 | 2 | / by zero",
        "input.n + 'a' == 'b' | 8 | No matching overload",
        "input.big > 1 | 10 | No matching overload",
        "9223372036854775807 + input.n == 0 | 20 | overflow",
        "int(input.s) == 1 | 3 | Ada",
        "input.s | 0 | gives a text, and a condition must give a boolean",
        "output.x == 1 | 0 | there is no 'output'",
        "item.x == 1 | 0 | there is no 'item'",
        "index == 1 | 0 | there is no 'index'",
      })
  void evaluationNamesThePlaceAndTheReason(String source, int offset, String reason)
      throws Exception {
    assertThat(failure(source))
        .contains("expression '" + source + "'")
        .contains(reason)
        .contains(" at offset ");
    if (offset > 0) {
      assertThat(failure(source)).contains(" at offset " + offset + ":");
    }
  }

  @Test
  void placeInATemplateCountsFromItsBeginningAndKnowsEscapes() {
    String json = "{\"a\": \"\\u00e9\\n ${input.x +}\"}";

    InvalidExpressionException refusal =
        catchThrowableOfType(InvalidExpressionException.class, () -> expressions.template(json));

    assertThat(refusal.offset()).isEqualTo(json.indexOf("+}") + 1);
  }

  @Test
  void payloadOfAnotherTypeFailsOnlyWhenItIsLookedInto() throws Exception {
    Payload text = new Payload("text/plain", new byte[] {1});
    TestScope scope = TestScope.empty().input(text);

    assertThat(expressions.condition("workflow.priority > 3 || input.x == 1").evaluate(scope))
        .isTrue();
    assertThat(
            catchThrowableOfType(
                EvaluationException.class,
                () -> expressions.condition("input.x == 1").evaluate(scope)))
        .hasMessageContaining("'text/plain'")
        .hasMessageContaining("application/json");
  }

  @Test
  void payloadWithParametersOfItsTypeIsJson() throws Exception {
    Payload json = new Payload("Application/JSON; charset=utf-8", new byte[] {'1'});

    assertThat(expressions.condition("input == 1").evaluate(TestScope.empty().input(json)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\": 1 | not JSON",
        "{\"a\": 1} 2 | text behind",
        "~~ | empty",
        "nope | not JSON",
      })
  void brokenPayloadFails(String json, String reason) throws Exception {
    Expression<Boolean> condition = expressions.condition("input.a == 1");

    assertThat(
            catchThrowableOfType(
                EvaluationException.class, () -> condition.evaluate(TestScope.ofInput(json))))
        .hasMessageContaining(reason);
  }
}
