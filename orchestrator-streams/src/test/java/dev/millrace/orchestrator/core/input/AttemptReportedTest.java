package dev.millrace.orchestrator.core.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptReportedTest {
  @Test
  void waitBeforeTheNextAttemptIsNoneUnlessAskedForAndNeverNegative() {
    assertThat(new AttemptReported("a", 1, null, null).retryAfterMs()).isZero();
    assertThat(new AttemptReported("a", 0, 1, null, List.of(), null).retryAfterMs()).isZero();
    assertThatThrownBy(() -> new AttemptReported("a", 0, 1, null, List.of(), null, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("retryAfterMs -1");
  }
}
