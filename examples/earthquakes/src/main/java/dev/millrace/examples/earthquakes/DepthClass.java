package dev.millrace.examples.earthquakes;

/** How deep a quake is, by the limits of seismology. */
public enum DepthClass {
  /** Less than 70 km deep. */
  SHALLOW,
  /** 70 km or more, less than 300 km. */
  INTERMEDIATE,
  /** 300 km or more. */
  DEEP;

  /** The class of a depth in kilometres. */
  public static DepthClass of(double depthKm) {
    if (depthKm < 70) {
      return SHALLOW;
    }
    return depthKm < 300 ? INTERMEDIATE : DEEP;
  }
}
