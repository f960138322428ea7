package dev.millrace.perf.process;

import java.util.Locale;

/** What a process of a benchmark run is there for. */
public enum Role {
  /** The Kafka broker and controller. */
  BROKER("1g"),
  /** What decides the next step. */
  ENGINE("1g"),
  /** What runs the steps. */
  WORKER("512m"),
  /** What starts workflows and waits for their ends; its CPU is reported apart. */
  LOAD("1g");

  private final String heap;

  Role(String heap) {
    this.heap = heap;
  }

  /** Lower-case name, as in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The flag for the heap's limit; what is not needed of it is never resident. */
  String heapFlag() {
    return "-Xmx" + heap;
  }
}
