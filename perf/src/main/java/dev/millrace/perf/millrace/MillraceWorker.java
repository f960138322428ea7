package dev.millrace.perf.millrace;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Work;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The workers of a Millrace run: the SDK as users have it, with the handlers of the workload. */
public final class MillraceWorker {
  /** What the process prints when it runs. */
  static final String READY = "ready";

  private MillraceWorker() {}

  /** Takes one argument: the file of the run's plan. Runs until the process is stopped. */
  public static void main(String[] args) throws InterruptedException {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    Work work = Workload.named(plan.workload()).work();
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < plan.workers().count(); i++) {
      workers.add(builder(plan, work).build());
    }
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> workers.forEach(Worker::close), "worker-close"));
    workers.forEach(Worker::start);
    System.out.println(READY);
    for (Worker worker : workers) {
      worker.awaitTermination();
    }
  }

  /** A worker of a run, with the handlers of its workload. */
  static WorkerBuilder builder(RunPlan plan, Work work) {
    WorkerBuilder builder =
        Worker.builder()
            .bootstrapServers(plan.installation().bootstrapServers())
            .schemaRegistry(plan.connectRegistry())
            .topics(RunPlan.TOPICS)
            .queue(work.queue())
            .source(plan.workers().source())
            .profile(plan.profile());
    if (plan.workers().slots() > 0) {
      builder.slots(plan.workers().slots());
    }
    return work.addTo(builder);
  }
}
