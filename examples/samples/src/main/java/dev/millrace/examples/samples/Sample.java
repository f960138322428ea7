package dev.millrace.examples.samples;

import dev.millrace.worker.WorkerBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** A workflow to look at and to run: its definition, the handlers of its steps, inputs for it. */
public sealed interface Sample
    permits CacheOptimized, HighThroughput, IngestionPipeline, ParallelProcessing {
  /** The queue of all steps. */
  String QUEUE = "samples";

  /** What came of a run, in words, and whether it is right. */
  record Verdict(boolean isRight, String text) {}

  /** All of them, each with a state of its own if it has any. */
  static List<Sample> all() {
    return List.of(
        new HighThroughput(),
        new ParallelProcessing(),
        new CacheOptimized(),
        new IngestionPipeline());
  }

  /** Name of the definition, and of the sample. */
  String name();

  /** What it shows, in a line. */
  String purpose();

  /** How many workflows one run has unless told otherwise. */
  int workflows();

  /** How many of them are under way at once. */
  int inFlight();

  /** Steps of one workflow that a worker runs; one that runs for each item counts for each. */
  int steps();

  /** Of these, how many are in the longest chain. */
  int depth();

  /** Input of one workflow, to be written as JSON. */
  Object input(int workflow);

  /** Adds the handlers of its steps to a worker. */
  WorkerBuilder addTo(WorkerBuilder worker);

  /**
   * Whether the outputs are what they must be.
   *
   * @param outputs the output of each workflow, by its number
   */
  Verdict check(List<JsonNode> outputs);

  /** The definition in YAML. */
  default byte[] definition() {
    String file = name() + ".yaml";
    try (InputStream in =
        Objects.requireNonNull(Sample.class.getResourceAsStream(file), () -> file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(file + ": cannot be read from the jar", e);
    }
  }
}
