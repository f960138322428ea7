package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.state.WorkflowView.LATEST_DEADLINE_MS;
import static dev.millrace.orchestrator.core.state.WorkflowView.NO_DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlinesTest {
  @Test
  void timeoutOfZeroMeansNone() {
    assertThat(Deadlines.after(1_000, 0)).isEqualTo(NO_DEADLINE);
    assertThat(Deadlines.after(1_000, 5)).isEqualTo(1_005);
  }

  @Test
  void timeoutBeyondTheLatestDeadlineIsCutToIt() {
    assertThat(Deadlines.after(1_000, Long.MAX_VALUE)).isEqualTo(LATEST_DEADLINE_MS);
  }

  @Test
  void earlierOfTwoIgnoresTheOneThatIsNone() {
    assertThat(Deadlines.earlier(NO_DEADLINE, 5)).isEqualTo(5);
    assertThat(Deadlines.earlier(5, NO_DEADLINE)).isEqualTo(5);
    assertThat(Deadlines.earlier(5, 6)).isEqualTo(5);
    assertThat(Deadlines.earlier(NO_DEADLINE, NO_DEADLINE)).isEqualTo(NO_DEADLINE);
  }

  @Test
  void deadlineIsDueFromItsOwnMillisecondOn() {
    assertThat(Deadlines.isDue(5, 4)).isFalse();
    assertThat(Deadlines.isDue(5, 5)).isTrue();
    assertThat(Deadlines.isDue(NO_DEADLINE, 5)).isFalse();
  }
}
