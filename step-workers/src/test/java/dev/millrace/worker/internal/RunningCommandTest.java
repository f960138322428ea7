package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a command is told while its handler runs, and which signs of life it gives. */
final class RunningCommandTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<@Nullable Payload> signs = new ArrayList<>();

  private RunningCommand running(int branch, int attempt, long heartbeatMs) {
    StepCommand command = Commands.command("w", "known");
    command.setBranch(branch);
    command.setAttempt(attempt);
    command.setHeartbeatMs(heartbeatMs);
    return new RunningCommand(command, signs::add, 0);
  }

  private static boolean isCancelled(
      RunningCommand command, String workflowId, String step, int branch, int attempt) {
    RunningCommands all = new RunningCommands();
    all.began(command);
    all.cancel(
        workflowId,
        new AttemptCancellations(List.of(new CancelledAttempt(step, branch, attempt, "why"))));
    boolean isInterrupted = Thread.interrupted();
    assertThat(isInterrupted).isEqualTo(command.isCancelled());
    return command.isCancelled();
  }

  @AfterEach
  void clearInterrupt() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void anAttemptIsCancelledWithThoseBeforeIt() {
    assertThat(isCancelled(running(-1, 2, 0), "w", "s", -1, 2)).isTrue();
    assertThat(isCancelled(running(-1, 1, 0), "w", "s", -1, 2)).isTrue();
    assertThat(isCancelled(running(-1, 3, 0), "w", "s", -1, 2)).isFalse();
    assertThat(isCancelled(running(-1, 2, 0), "other", "s", -1, 2)).isFalse();
    assertThat(isCancelled(running(-1, 2, 0), "w", "t", -1, 2)).isFalse();
  }

  @Test
  void aBranchIsCancelledByItselfOrWithAllOthers() {
    assertThat(isCancelled(running(7, 1_001, 0), "w", "s", 7, 1_001)).isTrue();
    assertThat(isCancelled(running(7, 1_001, 0), "w", "s", 8, 1_001)).isFalse();
    assertThat(isCancelled(running(7, 1_002, 0), "w", "s", 7, 1_001)).isFalse();
    assertThat(isCancelled(running(7, 1_001, 0), "w", "s", -1, 2_000)).isTrue();
    assertThat(isCancelled(running(7, 2_001, 0), "w", "s", -1, 2_000)).isFalse();
  }

  @Test
  void whatIsToBeDoneIsDoneOnceAndAtOnceWhenItComesTooLate() {
    RunningCommand command = running(-1, 1, 0);
    AtomicInteger done = new AtomicInteger();
    command.onCancel(done::incrementAndGet);
    command.onCancel(
        () -> {
          throw new IllegalStateException("cannot");
        });
    command.onCancel(done::incrementAndGet);

    command.cancel();
    command.cancel();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasValue(2);

    command.onCancel(done::incrementAndGet);
    assertThat(done).hasValue(3);
  }

  @Test
  void whoHasEndedIsNotInterruptedAndKeepsNoInterrupt() {
    RunningCommand ended = running(-1, 1, 0);
    ended.end();
    ended.cancel();
    assertThat(ended.isCancelled()).isFalse();

    RunningCommand cancelled = running(-1, 1, 0);
    cancelled.cancel();
    cancelled.end();
  }

  @Test
  void progressThatComesTooFastWaitsAndOnlyTheLastOfItIsSent() {
    RunningCommand command = running(-1, 1, 0);
    Payload first = Payload.json(new byte[] {'1'});
    Payload second = Payload.json(new byte[] {'2'});
    Payload third = Payload.json(new byte[] {'3'});

    command.progress(first, SECOND, SECOND);
    command.progress(second, SECOND + 1, SECOND);
    command.progress(third, SECOND + 2, SECOND);
    assertThat(signs).containsExactly(first);

    command.signIfDue(2 * SECOND - 1, SECOND);
    assertThat(signs).hasSize(1);
    command.signIfDue(2 * SECOND, SECOND);
    command.signIfDue(9 * SECOND, SECOND);
    assertThat(signs).containsExactly(first, third);
  }

  @Test
  void signsAreGivenThreeTimesAsOftenAsTheEngineAsks() {
    RunningCommand command = running(-1, 1, 9_000);

    for (int second = 0; second <= 10; second++) {
      command.signIfDue(second * SECOND, SECOND);
    }
    assertThat(signs).containsExactly(null, null, null);

    command.end();
    command.signIfDue(100 * SECOND, SECOND);
    assertThat(signs).hasSize(3);
  }

  @Test
  void progressThatWaitsIsSentBeforeAFailure() {
    RunningCommand command = running(-1, 1, 0);
    Payload first = Payload.json(new byte[] {'1'});
    Payload second = Payload.json(new byte[] {'2'});
    command.progress(first, SECOND, SECOND);
    command.progress(second, SECOND, SECOND);

    command.flush();
    command.flush();

    assertThat(signs).containsExactly(first, second);
  }

  @Test
  void contextThatOutlivesItsHandlerGivesNoSignOfLife() {
    RunningCommand command = running(-1, 1, 1_000);
    command.progress(Payload.json(new byte[] {'1'}), 0, SECOND);
    command.end();
    command.progress(Payload.json(new byte[] {'2'}), 5 * SECOND, SECOND);
    command.progress(null, 9 * SECOND, SECOND);
    assertThat(signs).isEmpty();

    command.flush();
    assertThat(signs).hasSize(1).first().extracting(Payload::data).isEqualTo(new byte[] {'1'});
  }
}
