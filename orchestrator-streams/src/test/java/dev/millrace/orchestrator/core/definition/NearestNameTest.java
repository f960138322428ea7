package dev.millrace.orchestrator.core.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  private static final List<String> FIELDS = List.of("name", "version", "timeout", "dependsOn");

  @Test
  void oneInsertedDeletedOrReplacedCharacterIsNear() {
    assertThat(NearestName.among(FIELDS, "nname")).contains("name");
    assertThat(NearestName.among(FIELDS, "nme")).contains("name");
    assertThat(NearestName.among(FIELDS, "dependson")).contains("dependsOn");
    assertThat(NearestName.among(FIELDS, "time-outs")).contains("timeout");
  }

  @Test
  void anotherWordIsNotNear() {
    assertThat(NearestName.among(FIELDS, "retry")).isEmpty();
    assertThat(NearestName.among(FIELDS, "nm")).isEmpty();
    assertThat(NearestName.among(FIELDS, "")).isEmpty();
    assertThat(NearestName.among(FIELDS, "n".repeat(1_000))).isEmpty();
  }

  @Test
  void theNearestOfSeveralWins() {
    assertThat(NearestName.among(List.of("step1ab", "step1", "step12x"), "step1x"))
        .contains("step1");
  }

  /** Each is three edits away. */
  @Test
  void lettersTooManyCountAsEditsWhereverTheyAre() {
    assertThat(NearestName.among(List.of("abcdef"), "xyabcdeg")).isEmpty();
    assertThat(NearestName.among(List.of("abcdX"), "abcdefg")).isEmpty();
  }
}
