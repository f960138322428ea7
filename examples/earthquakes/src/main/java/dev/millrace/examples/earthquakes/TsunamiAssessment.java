package dev.millrace.examples.earthquakes;

import java.util.List;
import java.util.Locale;

/**
 * Output of the step assess-tsunami.
 *
 * @param atSea whether the quake seems to have happened under water
 */
public record TsunamiAssessment(TsunamiRisk risk, boolean atSea) {
  /** Deeper quakes do not lift the sea floor. */
  private static final double DEEPEST_KM = 100;

  private static final List<String> WATERS =
      List.of(" sea", "gulf of", " ridge", "ocean", "off the", "strait", "trench", "bay of");

  /** A part of an ocean that keeps well away from its coasts, in degrees. */
  private record Box(double south, double north, double west, double east) {
    boolean contains(double latitude, double longitude) {
      return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
    }
  }

  private static final List<Box> OPEN_OCEANS =
      List.of(
          new Box(-60, 50, -180, -130), // east Pacific
          new Box(-60, -5, -130, -85), // south-east Pacific
          new Box(5, 30, 150, 180), // north-west Pacific
          new Box(-50, -10, 155, 180), // south-west Pacific
          new Box(15, 55, -50, -15), // north Atlantic
          new Box(-60, 0, -30, 0), // south Atlantic
          new Box(-60, -5, 55, 95)); // Indian Ocean

  /**
   * A rough estimate, not a warning service: the magnitude sets the risk (from 5.5 unlikely, from
   * 6.5 possible, from 7.6 likely), one grade less on land and none below 100 km of depth; where
   * the feed says that tsunami information was issued, it is possible at least.
   */
  static TsunamiAssessment of(Quake quake) {
    boolean atSea = atSea(quake);
    TsunamiRisk risk = byMagnitude(quake.magnitude() == null ? 0 : quake.magnitude());
    if (quake.depthKm() > DEEPEST_KM) {
      risk = TsunamiRisk.NONE;
    } else if (!atSea) {
      risk = risk.less();
    }
    if (quake.tsunami() && risk.compareTo(TsunamiRisk.POSSIBLE) < 0) {
      risk = TsunamiRisk.POSSIBLE;
    }
    return new TsunamiAssessment(risk, atSea);
  }

  private static TsunamiRisk byMagnitude(double magnitude) {
    if (magnitude < 5.5) {
      return TsunamiRisk.NONE;
    }
    if (magnitude < 6.5) {
      return TsunamiRisk.UNLIKELY;
    }
    return magnitude < 7.6 ? TsunamiRisk.POSSIBLE : TsunamiRisk.LIKELY;
  }

  private static boolean atSea(Quake quake) {
    String place = quake.place().toLowerCase(Locale.ROOT);
    return WATERS.stream().anyMatch(place::contains)
        || OPEN_OCEANS.stream()
            .anyMatch(ocean -> ocean.contains(quake.latitude(), quake.longitude()));
  }
}
