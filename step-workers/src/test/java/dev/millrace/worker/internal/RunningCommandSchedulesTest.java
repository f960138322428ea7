package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Payload;
import dev.millrace.worker.Schedules;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Schedules.TAG)
final class RunningCommandSchedulesTest {
  private static final long LATER = TimeUnit.MINUTES.toNanos(1);
  private static final Payload PROGRESS = Payload.json(new byte[] {'1'});

  private static StepCommand command() {
    StepCommand command = Commands.command("w", "a");
    command.setHeartbeatMs(3);
    return command;
  }

  @Test
  void cancellationInterruptsTheHandlerOrNobody() {
    StepCommand command = command();
    AttemptCancellations cancellations =
        new AttemptCancellations(List.of(new CancelledAttempt("s", -1, 1, "timeout")));
    Schedules.explore(
        () -> {
          RunningCommands running = new RunningCommands();
          AtomicInteger told = new AtomicInteger();
          AtomicBoolean wasCancelled = new AtomicBoolean();
          Schedules.Threads threads = new Schedules.Threads();
          threads.start(
              () -> {
                RunningCommand attempt = new RunningCommand(command, progress -> {}, 0);
                running.began(attempt);
                attempt.onCancel(told::incrementAndGet);
                boolean before = attempt.isCancelled();
                running.ended(attempt);
                assertHolds(!Thread.currentThread().isInterrupted(), "interrupted after its end");
                wasCancelled.set(attempt.isCancelled());
                assertHolds(!before || wasCancelled.get(), "a cancellation is taken back");
                assertHolds(!Thread.interrupted(), "interrupted after its end");
              });
          threads.start(() -> running.cancel("w", cancellations));
          threads.start(() -> running.cancel("w", cancellations));
          threads.join();
          assertHolds(told.get() == (wasCancelled.get() ? 1 : 0), "told " + told.get() + " times");
        });
  }

  @Test
  void noSignOfLifeIsGivenAfterTheEndAndProgressIsSentOnce() {
    StepCommand command = command();
    Schedules.explore(
        () -> {
          RunningCommands running = new RunningCommands();
          AtomicBoolean ended = new AtomicBoolean();
          AtomicInteger progresses = new AtomicInteger();
          Schedules.Threads threads = new Schedules.Threads();
          threads.start(
              () -> {
                RunningCommand attempt =
                    new RunningCommand(
                        command,
                        progress -> {
                          assertHolds(!ended.get(), "a sign of life after the end");
                          if (progress != null) {
                            progresses.incrementAndGet();
                          }
                        },
                        0);
                running.began(attempt);
                attempt.progress(PROGRESS, 1, LATER);
                running.ended(attempt);
                attempt.flush();
                ended.set(true);
              });
          threads.start(() -> running.signWhereDue(LATER));
          threads.start(() -> running.signWhereDue(2 * LATER));
          threads.join();
          assertHolds(progresses.get() == 1, "progress was sent " + progresses.get() + " times");
        });
  }
}
