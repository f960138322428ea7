package dev.millrace.orchestrator.core.definition;

/**
 * Where a step stands in its definition; spelled out only when something is wrong with it.
 *
 * @param part {@code steps} or {@code finally}
 * @param index its index in that part
 */
public record StepPath(String part, int index) {
  /** Path of a value of the step. */
  public String of(String field) {
    return this + "." + field;
  }

  @Override
  public String toString() {
    return part + "[" + index + "]";
  }
}
