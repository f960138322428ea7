package dev.millrace.examples.earthquakes;

import org.jspecify.annotations.Nullable;

/** How strong a quake is, in the usual words. */
public enum MagnitudeClass {
  /** The network reported no magnitude. */
  UNKNOWN(Double.NaN),
  /** Below 2, negative ones included. */
  MICRO(Double.NEGATIVE_INFINITY),
  /** From 2. */
  MINOR(2),
  /** From 4. */
  LIGHT(4),
  /** From 5. */
  MODERATE(5),
  /** From 6. */
  STRONG(6),
  /** From 7. */
  MAJOR(7),
  /** From 8. */
  GREAT(8);

  private final double from;

  MagnitudeClass(double from) {
    this.from = from;
  }

  /** The class of a magnitude; {@link #UNKNOWN} for none. */
  public static MagnitudeClass of(@Nullable Double magnitude) {
    MagnitudeClass found = UNKNOWN;
    if (magnitude != null) {
      for (MagnitudeClass candidate : values()) {
        if (magnitude >= candidate.from) {
          found = candidate;
        }
      }
    }
    return found;
  }
}
