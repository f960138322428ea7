package dev.millrace.perf.workload;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.time.Duration;
import java.util.List;

/**
 * Steps that wait, as for an answer of another service, and cost nothing meanwhile.
 *
 * @param time how long each waits
 */
record Pauses(Duration time) implements Work {
  @Override
  public String queue() {
    return Workload.QUEUE;
  }

  @Override
  public List<byte[]> inputs() {
    return List.of(Workload.input());
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    StepResult result = StepResult.succeeded(Payload.json(Workload.output()));
    return worker.handler(
        Workload.STEP_TYPE,
        context -> {
          Thread.sleep(time);
          return result;
        });
  }
}
