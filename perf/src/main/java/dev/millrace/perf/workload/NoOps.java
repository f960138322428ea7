package dev.millrace.perf.workload;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.util.List;

/** Steps that do nothing, in workflows that all have the same input. */
record NoOps(byte[] input) implements Work {
  NoOps {
    input = input.clone();
  }

  @Override
  public byte[] input() {
    return input.clone();
  }

  @Override
  public String queue() {
    return Workload.QUEUE;
  }

  @Override
  public List<byte[]> inputs() {
    return List.of(input);
  }

  @Override
  public Worker.Builder addTo(Worker.Builder worker) {
    StepResult result = StepResult.succeeded(Payload.json(Workload.output()));
    return worker.handler(Workload.STEP_TYPE, context -> result);
  }
}
