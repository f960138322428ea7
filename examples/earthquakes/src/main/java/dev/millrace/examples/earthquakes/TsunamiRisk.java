package dev.millrace.examples.earthquakes;

/** How likely a tsunami is, in the order of growing risk. */
public enum TsunamiRisk {
  NONE,
  UNLIKELY,
  POSSIBLE,
  LIKELY;

  /** One grade less; {@link #NONE} stays. */
  TsunamiRisk less() {
    return switch (this) {
      case NONE, UNLIKELY -> NONE;
      case POSSIBLE -> UNLIKELY;
      case LIKELY -> POSSIBLE;
    };
  }
}
