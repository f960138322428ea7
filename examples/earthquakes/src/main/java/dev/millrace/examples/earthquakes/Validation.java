package dev.millrace.examples.earthquakes;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Output of the step validate, for a quake that may be assessed.
 *
 * @param magnitudeKnown whether the network reported a magnitude
 */
public record Validation(boolean magnitudeKnown) {
  /**
   * What is wrong with a quake, one sentence each; empty for one that may be assessed. A magnitude
   * may be missing, since networks report quakes before they have measured them.
   */
  static List<String> problems(Quake quake) {
    List<String> problems = new ArrayList<>();
    if (quake.id().isBlank()) {
      problems.add("id: must be given");
    }
    if (!isTime(quake.time())) {
      problems.add("time '%s': must be like 2018-01-31T01:49:59.650Z".formatted(quake.time()));
    }
    check(problems, "longitude", quake.longitude(), -180, 180);
    check(problems, "latitude", quake.latitude(), -90, 90);
    check(problems, "depthKm", quake.depthKm(), -10, 1_000);
    Double magnitude = quake.magnitude();
    if (magnitude != null) {
      check(problems, "magnitude", magnitude, -3, 10);
    }
    check(problems, "significance", quake.significance(), 0, 10_000);
    return problems;
  }

  private static boolean isTime(String text) {
    try {
      Instant unused = Instant.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static void check(
      List<String> problems, String field, double value, double min, double max) {
    if (!(value >= min && value <= max)) { // so that NaN is refused too
      problems.add("%s %s: must be %s to %s".formatted(field, value, min, max));
    }
  }
}
