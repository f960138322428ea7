package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Send the command of an attempt to the step's queue.
 *
 * @param step the step
 * @param attempt which attempt
 * @param deadlineMs when the attempt times out, in epoch milliseconds; 0 means never
 * @param isMapped whether the command carries {@code input} and nothing else, rather than the
 *     workflow's input and the outputs of the dependencies
 * @param input what it carries then
 * @param items the items of a batch; empty for other steps
 */
public record DispatchStep(
    int step,
    int attempt,
    long deadlineMs,
    boolean isMapped,
    @Nullable Payload input,
    List<Payload> items)
    implements Effect {
  public DispatchStep {
    items = List.copyOf(items);
  }

  /** The command of what is no batch. */
  public DispatchStep(
      int step, int attempt, long deadlineMs, boolean isMapped, @Nullable Payload input) {
    this(step, attempt, deadlineMs, isMapped, input, List.of());
  }

  /** A command with the workflow's input and the outputs of the dependencies. */
  public DispatchStep(int step, int attempt, long deadlineMs) {
    this(step, attempt, deadlineMs, false, null);
  }
}
