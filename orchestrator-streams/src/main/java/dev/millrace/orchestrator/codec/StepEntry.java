package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.StepStatus;

/**
 * What a packed workflow holds of one step, in 16 bits.
 *
 * <pre>
 * waiting:    0 | what it waits for, in the words of Join (15 bits)
 * otherwise:  1 | status less 1 (3 bits) | output rides (1) | output is spilled (1)
 *               | attempts of this round (10)
 * </pre>
 */
final class StepEntry {
  /** Most attempts of one round of a step. */
  static final int ATTEMPTS = 0x3ff;

  static final int OUTPUT_RIDES = 0x0800;
  static final int OUTPUT_SPILLED = 0x0400;

  private static final int BEGUN = 0x8000;
  private static final int STATUS_SHIFT = 12;
  private static final int STATUS = 0x7 << STATUS_SHIFT;

  private StepEntry() {}

  static boolean isWaiting(int entry) {
    return (entry & BEGUN) == 0;
  }

  static StepStatus status(int entry) {
    return isWaiting(entry)
        ? StepStatus.WAITING
        : StepStatus.ofCode(1 + ((entry & STATUS) >>> STATUS_SHIFT));
  }

  /** How many attempts the current round has had. */
  static int attempts(int entry) {
    return isWaiting(entry) ? 0 : entry & ATTEMPTS;
  }

  static int join(int entry) {
    return isWaiting(entry) ? entry : 0;
  }

  /** The same entry, of a step with another status. */
  static int with(int entry, StepStatus status) {
    int begun = isWaiting(entry) ? 0 : entry & ~STATUS;
    return BEGUN | begun | ((status.code() - 1) << STATUS_SHIFT);
  }

  /** The same entry of a step that has begun, with another number of attempts. */
  static int withAttempts(int entry, int attempts) {
    if (attempts < 0 || attempts > ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempt %d of a round, at most %d can be stored".formatted(attempts, ATTEMPTS));
    }
    return (entry & ~ATTEMPTS) | attempts;
  }
}
