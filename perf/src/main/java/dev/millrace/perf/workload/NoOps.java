package dev.millrace.perf.workload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.Collections;
import java.util.List;

/**
 * Steps that do nothing, in workflows that all have the same input.
 *
 * @param input JSON
 */
record NoOps(String input) implements Work {
  @Override
  public String queue() {
    return Workload.QUEUE;
  }

  @Override
  public List<byte[]> inputs() {
    return List.of(input.getBytes(UTF_8));
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    StepResult result = StepResult.succeeded(Payload.json(Workload.output()));
    return worker.handler(
        Workload.STEP_TYPE,
        context ->
            context.items().isEmpty()
                ? result
                : StepResult.batch(Collections.nCopies(context.items().size(), result)));
  }
}
