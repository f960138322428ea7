package dev.millrace.orchestrator.core.event;

import java.util.List;

/**
 * Steps wait again as if they had not run; only their attempts are counted on. The first starts
 * whatever it depends on. Dependents that wait, wait for the reset steps once more.
 *
 * @param steps the steps
 */
public record StepsReset(List<Integer> steps) implements Event {
  public StepsReset {
    steps = List.copyOf(steps);
  }
}
