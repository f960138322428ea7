package dev.millrace.cli;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.definition.DurationText;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as definitions write them, such as {@code 30s} or {@code PT5M}. */
final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    Duration duration =
        DurationText.parse(text)
            .orElseThrow(
                () ->
                    new TypeConversionException(
                        "'%s' is no duration; %s".formatted(text, DurationText.HOW_TO)));
    if (duration.compareTo(DefinitionLimits.LONGEST) > 0) {
      throw new TypeConversionException(
          "'%s' is too long: at most %s"
              .formatted(text, DurationText.print(DefinitionLimits.LONGEST)));
    }
    return duration;
  }
}
