package dev.millrace.perf.workload;

import dev.millrace.worker.WorkerBuilder;
import java.util.List;

/** What the workflows of a workload are given, and who works on their steps. */
public sealed interface Work permits NoOps, Pauses, SampleWork {
  /** The queue of all steps. */
  String queue();

  /** Inputs of the workflows in JSON, which take turns. */
  List<byte[]> inputs();

  /** Adds the handlers to a worker. */
  WorkerBuilder addTo(WorkerBuilder worker);
}
