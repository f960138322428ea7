package dev.millrace.orchestrator.codec;

/** Where an input comes from: one of the three input topics. */
public enum InputSource {
  START(0),
  CONTROL(1),
  COMPLETION(2);

  private final int slot;

  InputSource(int slot) {
    this.slot = slot;
  }

  /** Its place among the offsets of a stored workflow; never changes. */
  int slot() {
    return slot;
  }
}
