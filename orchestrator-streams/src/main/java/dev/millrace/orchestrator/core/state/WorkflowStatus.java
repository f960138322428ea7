package dev.millrace.orchestrator.core.state;

/** Where a workflow is in its life. */
public enum WorkflowStatus {
  /** Known by its id only: no start has been accepted. */
  ABSENT(0),
  RUNNING(1),
  SUCCEEDED(2),
  FAILED(3),
  CANCELLED(4),
  TIMED_OUT(5),
  /** Ended by an operator, at once and without clean-up. */
  TERMINATED(6);

  private static final WorkflowStatus[] BY_CODE = values();

  private final byte code;

  WorkflowStatus(int code) {
    this.code = (byte) code;
  }

  /** The status that is stored as a number. */
  public static WorkflowStatus ofCode(int code) {
    return BY_CODE[code];
  }

  /** The number that it is stored as; never changes. */
  public byte code() {
    return code;
  }

  /** Whether nothing can happen to the workflow any more. */
  public boolean hasEnded() {
    return this != ABSENT && this != RUNNING;
  }
}
