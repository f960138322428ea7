package dev.millrace.cli.queue;

import dev.millrace.orchestrator.definition.DurationText;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Pause;
import dev.millrace.schemas.QueueSettings.Rate;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is set for a queue, in words. */
public final class QueueSettingsText {
  private QueueSettingsText() {}

  /** In one line, such as {@code paused by ada since 2026-11-22T10:00:00Z, 100 a second}. */
  public static String of(QueueSettings settings) {
    List<String> parts = new ArrayList<>();
    Pause pause = settings.pause();
    if (pause != null) {
      parts.add(
          "paused%s since %s%s"
              .formatted(
                  pause.by().isEmpty() ? "" : " by " + pause.by(),
                  pause.since().truncatedTo(ChronoUnit.SECONDS),
                  pause.reason().isEmpty() ? "" : " (" + pause.reason() + ")"));
    }
    Rate rate = settings.rate();
    if (rate != null) {
      parts.add(
          String.format(
              Locale.ROOT, "%s a second, %d at once", number(rate.perSecond()), rate.burst()));
    }
    if (settings.mostOpen() != QueueSettings.NO_LIMIT) {
      parts.add("%d open at most".formatted(settings.mostOpen()));
    }
    Breaker breaker = settings.breaker();
    if (breaker != null) {
      parts.add(
          "breaker at %d %% of %d, for %s"
              .formatted(
                  breaker.failurePercent(),
                  breaker.window(),
                  DurationText.print(Duration.ofMillis(breaker.waitMs()))));
    }
    return parts.isEmpty() ? "nothing is set" : String.join(", ", parts);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
