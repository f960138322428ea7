package dev.millrace.perf.millrace;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Worker;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A worker that comes and goes while a run goes on. It keeps a list of the commands that its
 * handlers began, a line each: the time in milliseconds, and the command's id. Told to end, it
 * finishes what runs.
 */
public final class CountingWorker {
  /** What the process prints when it has begun to look for commands. */
  public static final String READY = "ready";

  private CountingWorker() {}

  /**
   * Takes two arguments: the file of the run's plan, and the file of the list. Runs until the
   * process is stopped.
   */
  public static void main(String[] args) throws InterruptedException, IOException {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    try (BufferedWriter list = Files.newBufferedWriter(Path.of(args[1]))) {
      Worker worker =
          MillraceWorker.builder(plan, Workload.named(plan.workload()).work())
              .around(
                  (type, handler) ->
                      context -> {
                        note(list, context.commandId());
                        return handler.handle(context);
                      })
              .build();
      Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "worker-close"));
      worker.start();
      System.out.println(READY);
      worker.awaitTermination();
    }
  }

  private static void note(BufferedWriter list, String commandId) throws IOException {
    synchronized (list) {
      list.append(Long.toString(System.currentTimeMillis())).append(' ').append(commandId);
      list.newLine();
      list.flush();
    }
  }
}
