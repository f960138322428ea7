package dev.millrace.perf.millrace;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Work;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Worker;
import java.nio.file.Path;

/** The worker of a Millrace run: the SDK as users have it, with the handlers of the workload. */
public final class MillraceWorker {
  /** What the process prints when it runs. */
  static final String READY = "ready";

  private MillraceWorker() {}

  /** Takes one argument: the file of the run's plan. Runs until the process is stopped. */
  public static void main(String[] args) throws InterruptedException {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    Work work = Workload.named(plan.workload()).work();
    Worker worker =
        work.addTo(
                Worker.builder()
                    .bootstrapServers(plan.installation().bootstrapServers())
                    .schemaRegistry(plan.connectRegistry())
                    .topics(RunPlan.TOPICS)
                    .queue(work.queue())
                    .profile(plan.profile()))
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "worker-close"));
    worker.start();
    System.out.println(READY);
    worker.awaitTermination();
  }
}
