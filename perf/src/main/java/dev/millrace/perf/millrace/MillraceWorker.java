package dev.millrace.perf.millrace;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.nio.file.Path;

/** The worker of a Millrace run: the SDK as users have it, with a handler that does nothing. */
public final class MillraceWorker {
  /** What the process prints when it runs. */
  static final String READY = "ready";

  private MillraceWorker() {}

  /** Takes one argument: the file of the run's plan. Runs until the process is stopped. */
  public static void main(String[] args) throws InterruptedException {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    StepResult result = StepResult.succeeded(Payload.json(Workload.output()));
    Worker worker =
        Worker.builder()
            .bootstrapServers(plan.installation().bootstrapServers())
            .schemaRegistry(plan.connectRegistry())
            .topics(RunPlan.TOPICS)
            .queue(Workload.QUEUE)
            .profile(plan.profile())
            .handler(Workload.STEP_TYPE, context -> result)
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "worker-close"));
    worker.start();
    System.out.println(READY);
    worker.awaitTermination();
  }
}
