package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What a worker says of handlers that fail. */
final class CommandFailuresTest extends CommandRunnerCase {
  @Test
  void reportsTheHandlersOwnFailure() throws Exception {
    assertThat(failure(known(), context -> StepResult.failedForGood("CardDeclined", "no money")))
        .isEqualTo(new Failure("CardDeclined", "no money", false));
  }

  @Test
  void reportsHowLongTheNextAttemptIsToWait() throws Exception {
    StepResult.Failed busy = StepResult.failed("Busy", "");
    assertThat(run(known(), context -> busy).getRetryAfterMs()).isZero();
    assertThat(run(known(), context -> busy.retryAfter(Duration.ofSeconds(90))).getRetryAfterMs())
        .isEqualTo(90_000);
    assertThat(
            run(known(), context -> busy.retryAfter(ChronoUnit.FOREVER.getDuration()))
                .getRetryAfterMs())
        .isEqualTo(Limits.RETRY_AFTER_MS);
    assertThatThrownBy(() -> busy.retryAfter(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be negative");
  }

  @Test
  void reportsAnExceptionByItsSimpleNameAndAsRetryable() throws Exception {
    assertThat(
            failure(
                known(),
                context -> {
                  throw new IOException("connection reset");
                }))
        .isEqualTo(new Failure("IOException", "connection reset", true));
  }

  @Test
  void reportsAnErrorAndGoesOn() throws Exception {
    assertThat(
            failure(
                known(),
                context -> {
                  throw new StackOverflowError();
                }))
        .isEqualTo(new Failure("StackOverflowError", "", true));
  }

  @Test
  void failureOfATypeThatOnlyTheEngineMayUseBecomesOneThatSaysSo() throws Exception {
    Failure failure =
        failure(known(), context -> StepResult.failed("millrace.timeout.workflow", "too slow"));
    assertThat(failure.getType()).isEqualTo("worker.reserved-failure-type");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("'millrace.timeout.workflow'", "too slow");
  }

  @Test
  void cutsALongMessageAndNoCharacterInTwo() throws Exception {
    String message = "x".repeat(Limits.MESSAGE_CHARS - 1) + "\uD83D\uDE00 and more";
    assertThat(failure(known(), context -> StepResult.failed("Long", message)).getMessage())
        .isEqualTo("x".repeat(Limits.MESSAGE_CHARS - 1));
  }

  /** An exception that breaks whoever asks it. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("not now");
    }
  }

  @Test
  void anExceptionWithoutReadableMessageFailsTheStepAndNotTheWorker() throws Exception {
    Failure failure =
        failure(
            known(),
            context -> {
              throw new Broken();
            });
    assertThat(failure.getType()).isEqualTo("Broken");
    assertThat(failure.getMessage()).contains("cannot be read");
  }
}
