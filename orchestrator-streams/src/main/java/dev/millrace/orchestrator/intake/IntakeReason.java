package dev.millrace.orchestrator.intake;

/** Why an engine takes no new workflows. */
public enum IntakeReason {
  /** So many workflows are open. */
  OPEN_WORKFLOWS("open-workflows"),
  /** The state on disk is so large, in bytes. */
  STATE_SIZE("state-size"),
  /** So little of the volume of the state is free, in thousandths. */
  DISK_FREE("disk-free"),
  /** So many records of state are still to be restored. */
  RESTORE("restore");

  private final String code;

  IntakeReason(String code) {
    this.code = code;
  }

  /** What it is called in metrics, logs and answers; never changes. */
  public String code() {
    return code;
  }
}
