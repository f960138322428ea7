package dev.millrace.orchestrator.codec;

/** Where an input comes from: one of the input topics of workflows. */
public enum InputSource {
  START(0),
  CONTROL(1),
  COMPLETION(2),

  /** A start that another workflow waits for; has the place of {@link #START}. */
  CHILD(0);

  /** What is stored where no offset is. */
  private static final long NONE = -1;

  private final int slot;

  InputSource(int slot) {
    this.slot = slot;
  }

  /** Its place among the offsets of a stored workflow; never changes. */
  int slot() {
    return slot;
  }

  /** An offset of it as it is stored: no two sources of one place store the same number. */
  public long stored(long offset) {
    return this == CHILD ? NONE - 1 - offset : offset;
  }

  /** The offset that a number stands for which is stored; -1 if it is none of this source. */
  public long offset(long stored) {
    if (this == CHILD) {
      return stored < NONE ? NONE - 1 - stored : NONE;
    }
    return Math.max(stored, NONE);
  }

  /** Whose offset it is that is stored of a start. */
  public static InputSource ofStart(long stored) {
    return stored < NONE ? CHILD : START;
  }
}
