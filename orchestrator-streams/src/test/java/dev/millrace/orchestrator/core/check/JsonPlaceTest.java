package dev.millrace.orchestrator.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPlaceTest {
  /** Each place is where the text has an exclamation mark. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": \"!\"} | .a",
        "{\"a\": 1, \"b\": \"x!\"} | .b",
        "{\"lines\": [1, {\"note\": \"!\"}]} | .lines[1].note",
        "{\"lines\": [1, {\"note\": 2}, \"!\"]} | .lines[2]",
        "{\"lines\": [[1], 2], \"b\": \"!\"} | .b",
        "{\"say \\\"hi\\\"\": \"!\"} | .say \\\"hi\\\"",
        "[\"!\"] | [0]",
        "[\"a\", \"\\\\\", \"!\"] | [2]",
        "\"!\" | ''",
        "! | ''"
      })
  void theValueAtAnOffsetIsFound(String json, String path) {
    assertThat(JsonPlace.at(json, json.indexOf('!'))).isEqualTo(path);
  }

  /** The texts are no JSON; their places are where one looks for a fault in them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": \"x | 99 | .a",
        "{\"a\": \"x | 7 | .a",
        "{\"a\": \"x\\ | 99 | .a",
        "{\"a\": 1 | 99 | .a",
        "[1], 2 | 5 | [1]",
        "[[1 | 99 | [0][0]",
        "{ | 99 | ''"
      })
  void textThatEndsTooSoonOrGoesOnHasAPlaceToo(String json, int offset, String path) {
    assertThat(JsonPlace.at(json, offset)).isEqualTo(path);
  }
}
