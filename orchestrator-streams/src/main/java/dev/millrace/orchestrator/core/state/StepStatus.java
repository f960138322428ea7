package dev.millrace.orchestrator.core.state;

/** Where a step is in its life. */
public enum StepStatus {
  /** What it depends on has not come to an end yet. */
  WAITING(0),
  /** A command for its current attempt is out. */
  OPEN(1),
  /** Its last attempt failed, or its last round is over; the next is due at its deadline. */
  BACKING_OFF(2),
  SUCCEEDED(3),
  FAILED(4),
  /** It will not run: a condition does not hold, or what it depends on cannot be satisfied. */
  SKIPPED(5),
  /** It may start and is held: by a limit, a delivery window or a pause. */
  READY(6),
  /** It waits for a time, a signal or another workflow. */
  SUSPENDED(7),
  /** Its workflow is ending without it. */
  ABANDONED(8);

  private static final StepStatus[] BY_CODE = values();

  private final byte code;

  StepStatus(int code) {
    this.code = (byte) code;
  }

  /** The status that is stored as a number. */
  public static StepStatus ofCode(int code) {
    return BY_CODE[code];
  }

  /** The number that it is stored as; never changes. */
  public byte code() {
    return code;
  }

  /** Whether nothing happens to the step any more, unless somebody resets it. */
  public boolean isFinal() {
    return switch (this) {
      case SUCCEEDED, FAILED, SKIPPED, ABANDONED -> true;
      case WAITING, OPEN, BACKING_OFF, READY, SUSPENDED -> false;
    };
  }
}
