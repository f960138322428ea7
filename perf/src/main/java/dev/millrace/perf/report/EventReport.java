package dev.millrace.perf.report;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the event publisher can do.
 *
 * @param machine what it ran on
 * @param isQuick whether the runs were short, for a first look only
 * @param medians of the runs; what is counted is summed up
 * @param runs each by itself
 */
public record EventReport(
    MachineDescription machine, boolean isQuick, EventFigures medians, List<EventFigures> runs) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public EventReport {
    runs = List.copyOf(runs);
  }

  /** The report of some runs, of which there is at least one. */
  public static EventReport of(
      MachineDescription machine, boolean isQuick, List<EventFigures> runs) {
    return new EventReport(machine, isQuick, EventFigures.median(runs), runs);
  }

  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }
}
