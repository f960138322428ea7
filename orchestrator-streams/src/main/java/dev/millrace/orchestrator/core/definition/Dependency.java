package dev.millrace.orchestrator.core.definition;

import org.jspecify.annotations.Nullable;

/**
 * That a step comes after another one.
 *
 * @param step id of the step to wait for
 * @param when condition over that step's output, as CEL; it holds where this is null. A dependency
 *     whose condition does not hold is not satisfied
 * @param chosen the case that the step, a {@link StepAction.Choose}, must have chosen; null for any
 */
public record Dependency(String step, @Nullable String when, @Nullable String chosen) {
  /** A dependency without a condition. */
  public static Dependency on(String step) {
    return new Dependency(step, null, null);
  }
}
