package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.CancelledAttempt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The commands whose handlers run in this worker. Thread-safe. */
final class RunningCommands {
  /** Least time between two heartbeats of one command. */
  static final long LEAST_HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Set<RunningCommand> running = ConcurrentHashMap.newKeySet();

  void began(RunningCommand command) {
    running.add(command);
  }

  void ended(RunningCommand command) {
    running.remove(command);
    command.end();
  }

  /** Cancels those of a workflow that are not waited for any more; there are few of either. */
  void cancel(String workflowId, AttemptCancellations cancellations) {
    for (RunningCommand command : running) {
      for (CancelledAttempt cancelled : cancellations.getAttempts()) {
        if (command.isOf(workflowId, cancelled)) {
          command.cancel();
        }
      }
    }
  }

  /** Gives the signs of life that are due. */
  void signWhereDue(long nowNanos) {
    running.forEach(command -> command.signIfDue(nowNanos, LEAST_HEARTBEAT_NANOS));
  }
}
