package dev.millrace.perf.workload;

import java.util.Locale;

/** The engine's processing guarantee. The limit loop has no state and ignores it. */
public enum Guarantee {
  AT_LEAST_ONCE,
  EXACTLY_ONCE;

  /** Name in options and configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
