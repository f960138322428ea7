package dev.millrace.worker.resilience;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.time.Instant;

/**
 * How long commands wait: until the deadline of their attempt, and no longer than allowed.
 *
 * @param longest what is allowed
 */
record Patience(Duration longest) {
  /** When a command that begins to wait now has waited too long, in {@link System#nanoTime}. */
  long end(StepContext context) {
    Instant now = context.clock().instant();
    Instant deadline = context.deadline().orElse(Instant.MAX);
    Duration wait =
        deadline.isBefore(now.plus(longest)) ? Duration.between(now, deadline) : longest;
    return System.nanoTime() + wait.toNanos();
  }

  /** The failure of a command that has waited too long. */
  StepResult isOver(String type, String stepType, String why) {
    return StepResult.failed(
        type,
        "step type '%s': waited until its deadline, or for %s, the limit: %s"
            .formatted(stepType, longest, why));
  }
}
