package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Collections;
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
 * @param outputs what it carries as those of the dependencies, in their order; null for what they
 *     are when it is sent, or where there are none
 * @param affinityKey key of its record; null makes one of the workflow's id, the step and the
 *     branch
 */
public record DispatchStep(
    int step,
    int attempt,
    long deadlineMs,
    boolean isMapped,
    @Nullable Payload input,
    List<Payload> items,
    @Nullable List<@Nullable Payload> outputs,
    @Nullable String affinityKey)
    implements Effect {
  public DispatchStep {
    items = List.copyOf(items);
    outputs =
        outputs == null || outputs.isEmpty()
            ? null
            : Collections.unmodifiableList(new ArrayList<>(outputs));
  }

  /** A command without affinity of what is no batch. */
  public DispatchStep(
      int step, int attempt, long deadlineMs, boolean isMapped, @Nullable Payload input) {
    this(step, attempt, deadlineMs, isMapped, input, List.of(), null, null);
  }

  /** A command with the workflow's input and the outputs of the dependencies. */
  public DispatchStep(int step, int attempt, long deadlineMs) {
    this(step, attempt, deadlineMs, false, null);
  }
}
