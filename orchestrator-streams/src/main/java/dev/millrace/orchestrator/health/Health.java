package dev.millrace.orchestrator.health;

/** How a process is, now. Thread-safe; never blocks. */
public interface Health {
  /**
   * Whether there is hope: false only when nothing but a new process helps. One that starts,
   * restores its state, shares out work or waits for Kafka lives.
   */
  boolean isLive();

  /** Whether it has been ready at some time. */
  boolean hasStarted();

  /** Whether it works. */
  boolean isReady();

  /** What it does, in one word, for people. */
  String state();
}
