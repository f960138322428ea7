package dev.millrace.examples.earthquakes;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event of the feed: the input of a workflow.
 *
 * @param id unique in the feed
 * @param time when it happened, ISO-8601 in UTC
 * @param magnitude null when the network reported none; small quakes may have a negative one
 * @param place text for people, such as {@code 9km S of Hennessey, Oklahoma}; may be empty
 * @param longitude degrees, east positive
 * @param latitude degrees, north positive
 * @param depthKm kilometres below sea level; a little negative in mountains
 * @param tsunami whether the feed says that tsunami information was issued
 * @param significance how significant the feed holds it to be, 0 to about 1,000 and beyond
 * @param alert the feed's estimate of the impact: green, yellow, orange or red; empty for none
 * @param type earthquake, explosion, quarry blast and others
 */
public record Quake(
    String id,
    String time,
    @Nullable Double magnitude,
    String place,
    double longitude,
    double latitude,
    double depthKm,
    boolean tsunami,
    int significance,
    String alert,
    String type) {

  public Quake {
    // JSON may leave texts out.
    id = Objects.requireNonNullElse(id, "");
    time = Objects.requireNonNullElse(time, "");
    place = Objects.requireNonNullElse(place, "");
    alert = Objects.requireNonNullElse(alert, "");
    type = Objects.requireNonNullElse(type, "");
  }
}
