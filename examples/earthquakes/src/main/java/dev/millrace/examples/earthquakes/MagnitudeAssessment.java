package dev.millrace.examples.earthquakes;

import org.jspecify.annotations.Nullable;

/**
 * Output of the step assess-magnitude.
 *
 * @param energyJoules energy radiated as waves, by Gutenberg and Richter: log10 E = 1.5 M + 4.8;
 *     null when the magnitude is not known
 */
public record MagnitudeAssessment(MagnitudeClass magnitudeClass, @Nullable Double energyJoules) {
  static MagnitudeAssessment of(Quake quake) {
    Double magnitude = quake.magnitude();
    return new MagnitudeAssessment(
        MagnitudeClass.of(magnitude),
        magnitude == null ? null : Math.pow(10, 1.5 * magnitude + 4.8));
  }
}
