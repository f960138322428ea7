package dev.millrace.orchestrator.core.state;

/** Where a step is in its life. */
public enum StepStatus {
  /** Some step that it depends on has not succeeded yet. */
  WAITING(0),
  /** A command for its current attempt is out. */
  OPEN(1),
  /** Its last attempt failed; the next one is due at its deadline. */
  BACKING_OFF(2),
  SUCCEEDED(3),
  FAILED(4);

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
}
