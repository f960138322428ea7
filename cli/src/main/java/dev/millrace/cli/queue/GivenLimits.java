package dev.millrace.cli.queue;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Rate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that say what is limited. Of rate, most open and breaker each stays as it is that is
 * not given; one that is given is set anew, with what is usual for details that are not.
 */
final class GivenLimits {
  private static final String NONE = "none";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--rate",
      paramLabel = "N|none",
      description = "Commands a second, such as 100 or 0.5, in all engines together.")
  private @Nullable String rate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      description = "With --rate: how many at once after a time without any; those of a second.")
  private @Nullable Integer burst;

  @Option(
      names = "--most-open",
      paramLabel = "N|none",
      description = "Attempts that may be open at once, in all engines together.")
  private @Nullable String mostOpen;

  @Option(
      names = "--breaker",
      paramLabel = "PERCENT|none",
      description = "Sends nothing for a while when so many of the last attempts have failed.")
  private @Nullable String breaker;

  @Option(
      names = "--breaker-window",
      paramLabel = "N",
      description = "With --breaker: of how many attempts that ended last (100).")
  private @Nullable Integer window;

  @Option(
      names = "--breaker-min-calls",
      paramLabel = "N",
      description = "With --breaker: how many must have ended before it opens (20).")
  private @Nullable Integer minCalls;

  @Option(
      names = "--breaker-wait",
      paramLabel = "DURATION",
      description = "With --breaker: for how long nothing is sent (30s).")
  private @Nullable Duration wait;

  @Option(
      names = "--breaker-trials",
      paramLabel = "N",
      description = "With --breaker: how many commands are sent on trial then (5).")
  private @Nullable Integer trials;

  /**
   * Settings with what was given.
   *
   * @throws ParameterException when nothing was, or something out of its range
   */
  QueueSettings on(QueueSettings former) {
    if (rate == null && burst != null) {
      throw refused("--burst %d: needs --rate".formatted(burst));
    }
    boolean hasDetails = window != null || minCalls != null || wait != null || trials != null;
    if (breaker == null && hasDetails) {
      throw refused("--breaker-...: needs --breaker");
    }
    if (rate == null && mostOpen == null && breaker == null) {
      throw refused("nothing to set: give --rate, --most-open or --breaker");
    }
    try {
      QueueSettings settings = former;
      settings = rate == null ? settings : settings.withRate(rate(rate));
      settings = mostOpen == null ? settings : settings.withMostOpen(mostOpen(mostOpen));
      return breaker == null ? settings : settings.withBreaker(breaker(breaker));
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Rate rate(String text) {
    if (text.equals(NONE)) {
      return null;
    }
    double perSecond = number("--rate", text);
    return burst == null ? Rate.of(perSecond) : new Rate(perSecond, burst);
  }

  private int mostOpen(String text) {
    if (text.equals(NONE)) {
      return QueueSettings.NO_LIMIT;
    }
    int most = wholeNumber("--most-open", text);
    if (most < 1) {
      throw refused("--most-open %d: must be at least 1; 'none' for no limit".formatted(most));
    }
    return most;
  }

  private @Nullable Breaker breaker(String text) {
    if (text.equals(NONE)) {
      return null;
    }
    Breaker usual = Breaker.STANDARD;
    int of = window == null ? usual.window() : window;
    return new Breaker(
        wholeNumber("--breaker", text),
        of,
        minCalls == null ? Math.min(usual.minCalls(), of) : minCalls,
        wait == null ? usual.waitMs() : wait.toMillis(),
        trials == null ? usual.trials() : trials);
  }

  private double number(String option, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw refused("%s '%s': must be a number, or 'none'".formatted(option, text));
    }
  }

  private int wholeNumber(String option, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw refused("%s '%s': must be a whole number, or 'none'".formatted(option, text));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
