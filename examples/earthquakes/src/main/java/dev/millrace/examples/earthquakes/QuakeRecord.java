package dev.millrace.examples.earthquakes;

import org.jspecify.annotations.Nullable;

/**
 * Output of the step file: all that is known of one quake.
 *
 * @param magnitude null when not known
 * @param energyJoules null when the magnitude is not known
 */
public record QuakeRecord(
    String id,
    String time,
    String place,
    String region,
    @Nullable Double magnitude,
    MagnitudeClass magnitudeClass,
    @Nullable Double energyJoules,
    double depthKm,
    DepthClass depthClass,
    TsunamiRisk tsunamiRisk,
    int significance,
    String alertLevel) {
  static QuakeRecord of(
      Quake quake, Enrichment where, MagnitudeAssessment how, TsunamiAssessment tsunami) {
    return new QuakeRecord(
        quake.id(),
        quake.time(),
        quake.place(),
        where.region(),
        quake.magnitude(),
        how.magnitudeClass(),
        how.energyJoules(),
        quake.depthKm(),
        where.depthClass(),
        tsunami.risk(),
        quake.significance(),
        quake.alert());
  }
}
