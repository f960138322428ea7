package dev.millrace.perf.load;

import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the load generator saw in the measured window.
 *
 * @param seconds length of the window
 * @param workflows workflows that ended in it, all of them successfully
 * @param p50Ms median time of a workflow, from the moment when it was to start
 * @param p99Ms 99th percentile of the same
 * @param maxMs longest
 */
public record LoadResult(double seconds, long workflows, double p50Ms, double p99Ms, double maxMs) {
  private static final JsonMapper JSON = new JsonMapper();

  /** The result in a file written by {@link #write}. */
  public static LoadResult read(Path file) {
    return JSON.readValue(file.toFile(), LoadResult.class);
  }

  void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }
}
