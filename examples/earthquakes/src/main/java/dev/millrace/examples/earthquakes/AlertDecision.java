package dev.millrace.examples.earthquakes;

/**
 * Output of the step alert.
 *
 * @param alerted whether somebody was told
 * @param reason why; empty if nobody was
 */
public record AlertDecision(boolean alerted, String reason) {
  /** From this significance on somebody is told. */
  static final int SIGNIFICANT = 600;

  static AlertDecision of(QuakeRecord quake) {
    if (quake.significance() >= SIGNIFICANT) {
      return new AlertDecision(true, "significance " + quake.significance());
    }
    if (!quake.alertLevel().isEmpty()) {
      return new AlertDecision(true, "alert level " + quake.alertLevel());
    }
    return new AlertDecision(false, "");
  }
}
