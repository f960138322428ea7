package dev.millrace.perf.report;

import dev.millrace.perf.report.RunResult.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The repeats of one subject as medians.
 *
 * @param subject what ran
 * @param repeats how often
 * @param figures medians of the headline figures
 * @param ratioToReference median of the ratios to the reference system's run of the same number;
 *     null for the reference itself and for what it cannot run
 * @param processes medians of use by role
 * @param logBytesPerStep medians of the growth of the topics, in bytes a step
 */
public record Summary(
    Subject subject,
    int repeats,
    Figures figures,
    @Nullable Figures ratioToReference,
    Map<String, ProcessUse> processes,
    Map<String, Double> logBytesPerStep) {

  /** A summary of each subject, in the order in which they first ran. */
  static List<Summary> of(List<RunResult> runs, String referenceSystem) {
    Map<Subject, List<RunResult>> bySubject =
        runs.stream()
            .collect(
                Collectors.groupingBy(RunResult::subject, LinkedHashMap::new, Collectors.toList()));
    List<Summary> summaries = new ArrayList<>();
    bySubject.forEach(
        (subject, repeats) ->
            summaries.add(
                summary(
                    subject,
                    repeats,
                    subject.system().equals(referenceSystem)
                        ? List.of()
                        : bySubject.getOrDefault(subject.on(referenceSystem), List.of()))));
    return summaries;
  }

  private static Summary summary(
      Subject subject, List<RunResult> repeats, List<RunResult> references) {
    List<Figures> ratios = new ArrayList<>();
    for (RunResult run : repeats) {
      references.stream()
          .filter(reference -> reference.repeat() == run.repeat())
          .forEach(reference -> ratios.add(run.figures().ratioTo(reference.figures())));
    }
    return new Summary(
        subject,
        repeats.size(),
        Figures.median(repeats.stream().map(RunResult::figures).toList()),
        ratios.isEmpty() ? null : Figures.median(ratios),
        merged(
            repeats,
            RunResult::processes,
            uses ->
                new ProcessUse(
                    Figures.median(uses, ProcessUse::cpuMicrosPerStep),
                    Figures.median(uses, ProcessUse::peakRssMib))),
        merged(
            repeats,
            RunResult::logBytesPerStep,
            bytes -> Figures.median(bytes, Double::doubleValue)));
  }

  private static <T> Map<String, T> merged(
      List<RunResult> repeats,
      Function<RunResult, Map<String, T>> part,
      Function<List<T>, T> median) {
    Map<String, List<T>> values = new LinkedHashMap<>();
    for (RunResult run : repeats) {
      part.apply(run)
          .forEach((key, value) -> values.computeIfAbsent(key, k -> new ArrayList<>()).add(value));
    }
    Map<String, T> medians = new LinkedHashMap<>();
    values.forEach((key, all) -> medians.put(key, median.apply(all)));
    return medians;
  }
}
