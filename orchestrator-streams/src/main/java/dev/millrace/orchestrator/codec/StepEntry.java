package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.StepStatus;

/**
 * What a packed workflow holds of one step, in 16 bits.
 *
 * <pre>
 * waiting:    0 | remaining dependencies (15 bits)
 * otherwise:  1 | status less 1 (2 bits) | output rides (1) | output is spilled (1) | attempt (11)
 * </pre>
 */
final class StepEntry {
  /** Most dependencies of one step. */
  static final int DEPENDENCIES = 0x7fff;

  /** Most attempts of one step. */
  static final int ATTEMPTS = 0x7ff;

  static final int OUTPUT_RIDES = 0x1000;
  static final int OUTPUT_SPILLED = 0x0800;

  private static final int DISPATCHED = 0x8000;
  private static final int STATUS_SHIFT = 13;
  private static final int STATUS = 0x3 << STATUS_SHIFT;

  private StepEntry() {}

  static boolean isWaiting(int entry) {
    return (entry & DISPATCHED) == 0;
  }

  static StepStatus status(int entry) {
    return isWaiting(entry)
        ? StepStatus.WAITING
        : StepStatus.ofCode(1 + ((entry & STATUS) >>> STATUS_SHIFT));
  }

  static int attempt(int entry) {
    return isWaiting(entry) ? 0 : entry & ATTEMPTS;
  }

  static int remainingDependencies(int entry) {
    return isWaiting(entry) ? entry : 0;
  }

  /** The entry of a step that waits for others. */
  static int waiting(String stepId, int dependencies) {
    if (dependencies > DEPENDENCIES) {
      throw new IllegalArgumentException(
          "step '%s' has %d dependencies, at most %d can be stored"
              .formatted(stepId, dependencies, DEPENDENCIES));
    }
    return dependencies;
  }

  /** The entry of a step with an attempt out. */
  static int open(int attempt) {
    if (attempt < 0 || attempt > ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempt %d, at most %d can be stored".formatted(attempt, ATTEMPTS));
    }
    return DISPATCHED | ((StepStatus.OPEN.code() - 1) << STATUS_SHIFT) | attempt;
  }

  /** The entry of a step that was dispatched, with another status. */
  static int with(int entry, StepStatus status) {
    return DISPATCHED | (entry & ~STATUS) | ((status.code() - 1) << STATUS_SHIFT);
  }
}
