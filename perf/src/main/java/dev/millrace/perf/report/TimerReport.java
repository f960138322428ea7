package dev.millrace.perf.report;

import java.nio.file.Path;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How punctual timers are.
 *
 * @param machine what it ran on
 * @param timers how many were armed before the first was due
 * @param perSecond how many were due in each second
 * @param isKilled whether the engine was killed when half of them had fired, and started again
 * @param fired how many fired
 * @param early how many of them before they were due
 * @param repeated how many of them more than once in the event log
 * @param p50Ms lateness that half of them do not exceed, in milliseconds
 * @param p99Ms the same of 99 in 100
 * @param maxMs the latest
 * @param engineCpuMicros CPU of the engine for each timer that fired while it was measured
 */
public record TimerReport(
    MachineDescription machine,
    int timers,
    int perSecond,
    boolean isKilled,
    int fired,
    long early,
    long repeated,
    long p50Ms,
    long p99Ms,
    long maxMs,
    double engineCpuMicros) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }

  /** The figures in a line. */
  public String line() {
    return "%,d timers at %,d/s%s: %,d fired, %,d early, %,d repeated; lateness p50 %,d ms, p99 %,d ms, max %,d ms; engine %.1f us a timer"
        .formatted(
            timers,
            perSecond,
            isKilled ? ", engine killed" : "",
            fired,
            early,
            repeated,
            p50Ms,
            p99Ms,
            maxMs,
            engineCpuMicros);
  }
}
