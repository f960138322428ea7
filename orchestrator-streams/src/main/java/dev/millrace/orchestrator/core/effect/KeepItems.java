package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;

/**
 * Keep the items of a step for its branches.
 *
 * @param step the step
 * @param branches how they are shared out
 * @param items the items
 */
public record KeepItems(int step, Branches branches, List<Payload> items) implements Effect {
  public KeepItems {
    items = List.copyOf(items);
  }
}
