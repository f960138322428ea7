package dev.millrace.orchestrator.core.definition;

import java.util.List;

/**
 * What follows from the failures of some types. The first rule of a step that matches holds; where
 * none does, the step has failed after the attempts that the retry policy allows, and with it the
 * workflow.
 *
 * @param types failure types, the last character of which may be {@code *} for all that begin so;
 *     none means every type
 * @param reaction what follows
 */
public record FailureRule(List<String> types, Reaction reaction) {
  public FailureRule {
    types = List.copyOf(types);
  }

  /** Whether the rule holds for failures of a type. */
  public boolean matches(String type) {
    return types.isEmpty()
        || types.stream()
            .anyMatch(
                each ->
                    each.endsWith("*")
                        ? type.startsWith(each.substring(0, each.length() - 1))
                        : type.equals(each));
  }

  /** What follows from a failure. */
  public sealed interface Reaction {
    /**
     * Another attempt, as the retry policy allows, though it excludes the type; then as if none.
     */
    record Retry() implements Reaction {}

    /** The step has failed, without another attempt, and with it the workflow. */
    record Fail() implements Reaction {}

    /**
     * After the attempts that the retry policy allows the step has failed, and what depends on it
     * goes on without its output.
     */
    record GoOn() implements Reaction {}

    /**
     * After the attempts that the retry policy allows the step has failed and another one takes
     * over; to what else depends on it that is a failure.
     *
     * @param step id of the step, which runs in this case only
     */
    record Route(String step) implements Reaction {}
  }
}
