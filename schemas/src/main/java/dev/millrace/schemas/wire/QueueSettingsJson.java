package dev.millrace.schemas.wire;

import static dev.millrace.schemas.wire.JsonFields.required;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Pause;
import dev.millrace.schemas.QueueSettings.Rate;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The value of a record of the topic of queue settings: {@code {"ratePerSecond": 100, "mostOpen":
 * 50}}. Always JSON, so that it can be read while no schema registry answers. Stateless.
 */
public final class QueueSettingsJson {
  /** Longest value, in bytes. */
  public static final int BYTES_MAX = 64 * 1024;

  private static final JsonFactory JSON = JsonFactory.builder().build();
  private static final String PAUSED = "paused";
  private static final String RATE = "ratePerSecond";
  private static final String BURST = "burst";
  private static final String MOST_OPEN = "mostOpen";
  private static final String BREAKER = "breaker";

  private QueueSettingsJson() {}

  /**
   * What a value says.
   *
   * @throws MalformedRecordException when it is no such JSON; names the field, its value and its
   *     limit
   */
  public static QueueSettings read(byte[] value) throws MalformedRecordException {
    if (value.length > BYTES_MAX) {
      throw new MalformedRecordException(
          "%d bytes: must be at most %d".formatted(value.length, BYTES_MAX), null);
    }
    try (JsonFields in = JsonFields.of(value)) {
      QueueSettings settings = settings(in);
      in.requireEnd();
      return settings;
    } catch (JacksonException e) {
      throw new MalformedRecordException("not JSON: " + JsonFault.at(e), e);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
    }
  }

  private static QueueSettings settings(JsonFields in) throws MalformedRecordException {
    Pause pause = null;
    double perSecond = 0;
    int burst = 0;
    int mostOpen = QueueSettings.NO_LIMIT;
    Breaker breaker = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case PAUSED -> pause = pause(in);
        case RATE -> perSecond = in.number(field, Rate.PER_SECOND_MIN, Rate.PER_SECOND_MAX);
        case BURST -> burst = in.integer(field, 1, Rate.BURST_MAX);
        case MOST_OPEN -> mostOpen = in.integer(field, 1, QueueSettings.OPEN_MAX);
        case BREAKER -> breaker = breaker(in);
        default ->
            throw JsonFields.unknown(field, "paused, ratePerSecond, burst, mostOpen and breaker");
      }
    }
    if (burst != 0 && perSecond == 0) {
      throw new MalformedRecordException("field 'burst': needs 'ratePerSecond'", null);
    }
    return new QueueSettings(pause, rate(perSecond, burst), mostOpen, breaker);
  }

  private static @Nullable Rate rate(double perSecond, int burst) {
    if (perSecond == 0) {
      return null;
    }
    return burst == 0 ? Rate.of(perSecond) : new Rate(perSecond, burst);
  }

  private static Pause pause(JsonFields in) throws MalformedRecordException {
    in.enter(PAUSED);
    String by = "";
    Instant since = null;
    String reason = "";
    for (String name = in.next(); name != null; name = in.next()) {
      switch (name) {
        case "by" -> by = in.string("paused.by");
        case "since" -> since = in.instant("paused.since");
        case "reason" -> reason = in.string("paused.reason");
        default -> throw JsonFields.unknown("paused." + name, "by, since and reason");
      }
    }
    return new Pause(by, required(since, "paused.since"), reason);
  }

  private static Breaker breaker(JsonFields in) throws MalformedRecordException {
    in.enter(BREAKER);
    int percent = Breaker.STANDARD.failurePercent();
    int window = Breaker.STANDARD.window();
    int minCalls = 0;
    long waitMs = Breaker.STANDARD.waitMs();
    int trials = Breaker.STANDARD.trials();
    for (String name = in.next(); name != null; name = in.next()) {
      String field = "breaker." + name;
      switch (name) {
        case "failurePercent" -> percent = in.integer(field, 1, 100);
        case "window" -> window = in.integer(field, 1, Breaker.WINDOW_MAX);
        case "minCalls" -> minCalls = in.integer(field, 1, Breaker.WINDOW_MAX);
        case "waitMs" -> waitMs = in.wholeNumber(field, Breaker.WAIT_MS_MIN, Breaker.WAIT_MS_MAX);
        case "trials" -> trials = in.integer(field, 1, Breaker.TRIALS_MAX);
        default ->
            throw JsonFields.unknown(field, "failurePercent, window, minCalls, waitMs and trials");
      }
    }
    int least = minCalls == 0 ? Math.min(Breaker.STANDARD.minCalls(), window) : minCalls;
    return new Breaker(percent, window, least, waitMs, trials);
  }

  /** The value that says so; in the form that {@link #read} takes. */
  public static byte[] write(QueueSettings settings) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      Pause pause = settings.pause();
      if (pause != null) {
        json.writeObjectPropertyStart(PAUSED);
        json.writeStringProperty("by", pause.by());
        json.writeStringProperty("since", pause.since().toString());
        json.writeStringProperty("reason", pause.reason());
        json.writeEndObject();
      }
      Rate rate = settings.rate();
      if (rate != null) {
        json.writeNumberProperty(RATE, rate.perSecond());
        json.writeNumberProperty(BURST, rate.burst());
      }
      if (settings.mostOpen() != QueueSettings.NO_LIMIT) {
        json.writeNumberProperty(MOST_OPEN, settings.mostOpen());
      }
      Breaker breaker = settings.breaker();
      if (breaker != null) {
        json.writeObjectPropertyStart(BREAKER);
        json.writeNumberProperty("failurePercent", breaker.failurePercent());
        json.writeNumberProperty("window", breaker.window());
        json.writeNumberProperty("minCalls", breaker.minCalls());
        json.writeNumberProperty("waitMs", breaker.waitMs());
        json.writeNumberProperty("trials", breaker.trials());
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
