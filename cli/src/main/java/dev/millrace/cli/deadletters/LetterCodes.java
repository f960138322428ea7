package dev.millrace.cli.deadletters;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.definition.NearestName;
import dev.millrace.orchestrator.core.schedule.ScheduleRefusal;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The codes that dead letters have: those of refusals that are not to be expected, and a few. */
final class LetterCodes implements ITypeConverter<String> {
  @Override
  public String convert(String text) {
    NavigableSet<String> known = all();
    if (!known.contains(text)) {
      throw new TypeConversionException(
          "no dead letter has the code '%s'%s. There are %s"
              .formatted(
                  text,
                  NearestName.among(known, text)
                      .map(near -> "; it may be '%s'".formatted(near))
                      .orElse(""),
                  String.join(", ", known)));
    }
    return text;
  }

  /** All of them. */
  static NavigableSet<String> all() {
    NavigableSet<String> codes =
        new TreeSet<>(List.of("malformed", "start-rejected", "start-replaced", "id-is-a-schedule"));
    Arrays.stream(Refusal.values())
        .filter(refusal -> !refusal.isExpected())
        .map(Refusal::code)
        .forEach(codes::add);
    Arrays.stream(ScheduleRefusal.values())
        .filter(refusal -> !refusal.isExpected())
        .map(ScheduleRefusal::code)
        .forEach(codes::add);
    return codes;
  }
}
