package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.Duplicates.Verdict;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DuplicatesTest {
  @ParameterizedTest
  @EnumSource(DuplicatePolicy.class)
  void freeIdIsTakenWhateverThePolicy(DuplicatePolicy policy) {
    assertThat(Duplicates.decide(policy, WorkflowStatus.ABSENT)).isEqualTo(Verdict.BEGIN);
  }

  @ParameterizedTest
  @CsvSource({
    "REJECT, REJECT, REJECT",
    "RETURN_EXISTING, KEEP, KEEP",
    "CANCEL_EXISTING, CANCEL_FIRST, BEGIN",
    "ALLOW_AFTER_END, REJECT, BEGIN",
  })
  void takenIdIsAMatterOfPolicy(DuplicatePolicy policy, Verdict running, Verdict ended) {
    assertThat(Duplicates.decide(policy, WorkflowStatus.RUNNING)).isEqualTo(running);
    for (WorkflowStatus status : WorkflowStatus.values()) {
      if (status.hasEnded()) {
        assertThat(Duplicates.decide(policy, status)).as(status.name()).isEqualTo(ended);
      }
    }
  }
}
