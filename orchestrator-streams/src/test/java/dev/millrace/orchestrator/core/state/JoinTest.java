package dev.millrace.orchestrator.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.state.Join.End;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinTest {
  /** What is left to wait for when dependencies of a step with three of them have ended. */
  @ParameterizedTest
  @CsvSource({
    "ALL, 0, SATISFIED, 2",
    "ALL, 0, SATISFIED TOLERATED SATISFIED, 0",
    "ALL, 0, SATISFIED UNSATISFIED, never",
    "ALL, 0, FAILED, never",
    "ANY, 0, UNSATISFIED FAILED, 1",
    "ANY, 0, UNSATISFIED SATISFIED, 0",
    "ANY, 0, TOLERATED, 0",
    "ANY, 0, UNSATISFIED UNSATISFIED UNSATISFIED, never",
    "ALL_DONE, 0, UNSATISFIED FAILED, 1",
    "ALL_DONE, 0, UNSATISFIED FAILED TOLERATED, 0",
    "NONE_FAILED, 0, UNSATISFIED SATISFIED, 1",
    "NONE_FAILED, 0, UNSATISFIED SATISFIED UNSATISFIED, 0",
    "NONE_FAILED, 0, TOLERATED, never",
    "NONE_FAILED, 0, FAILED, never",
    "AT_LEAST, 2, SATISFIED, 258",
    "AT_LEAST, 2, UNSATISFIED, 513",
    "AT_LEAST, 2, SATISFIED UNSATISFIED TOLERATED, 0",
    "AT_LEAST, 2, FAILED UNSATISFIED, never",
    "AT_LEAST, 3, UNSATISFIED, never",
    "AT_LEAST, 1, UNSATISFIED FAILED SATISFIED, 0"
  })
  void stepWaitsForWhatItsRuleLeaves(
      JoinRule.Kind kind, int atLeast, String ends, String expected) {
    JoinRule rule = new JoinRule(kind, atLeast);
    int join = Join.of(rule, 3);
    for (End end : Stream.of(ends.split(" ", -1)).map(End::valueOf).toList()) {
      join = Join.after(rule, join, end);
    }

    assertThat(join == Join.MISSED ? "never" : Integer.toString(join)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ALL, '', 3",
    "ALL, SATISFIED, 2",
    "ANY, UNSATISFIED, 2",
    "ALL_DONE, FAILED, 2",
    "NONE_FAILED, SATISFIED, 2",
    "AT_LEAST, '', 2",
    "AT_LEAST, UNSATISFIED, 2",
    "AT_LEAST, SATISFIED, 1",
    "ALL, FAILED, 0"
  })
  void stepLacksAsManyAsMayStillHaveToEnd(JoinRule.Kind kind, String ended, int expected) {
    JoinRule rule = new JoinRule(kind, 2);
    int join = Join.of(rule, 3);

    assertThat(
            Join.lacks(rule, ended.isEmpty() ? join : Join.after(rule, join, End.valueOf(ended))))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"ALL, 3", "ANY, 3", "ALL_DONE, 3", "NONE_FAILED, 3", "AT_LEAST, 514"})
  void stepWaitsForAllOfItsDependenciesInTheBeginning(JoinRule.Kind kind, int expected) {
    assertThat(Join.of(new JoinRule(kind, 2), 3)).isEqualTo(expected);
    assertThat(Join.of(new JoinRule(kind, 2), 0)).isZero();
  }
}
