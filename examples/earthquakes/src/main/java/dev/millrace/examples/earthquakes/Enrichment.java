package dev.millrace.examples.earthquakes;

import java.util.Map;

/**
 * Output of the step enrich.
 *
 * @param region country, state or sea that the quake happened in
 * @param depthClass how deep it was
 */
public record Enrichment(String region, DepthClass depthClass) {
  private static final Map<String, String> SHORT_NAMES =
      Map.of("CA", "California", "NV", "Nevada", "MX", "Mexico");

  static Enrichment of(Quake quake) {
    return new Enrichment(region(quake), DepthClass.of(quake.depthKm()));
  }

  /** What follows the last comma of the place, or the whole place, or where it is on the globe. */
  private static String region(Quake quake) {
    String place = quake.place().strip();
    if (place.isEmpty()) {
      return "%s %s"
          .formatted(degrees(quake.latitude(), "N", "S"), degrees(quake.longitude(), "E", "W"));
    }
    String region = place.substring(place.lastIndexOf(',') + 1).strip();
    return SHORT_NAMES.getOrDefault(region, region);
  }

  private static String degrees(double value, String positive, String negative) {
    long whole = Math.round(value);
    return "%d°%s".formatted(Math.abs(whole), whole < 0 ? negative : positive);
  }
}
