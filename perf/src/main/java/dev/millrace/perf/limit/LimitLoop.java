package dev.millrace.perf.limit;

import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.run.SystemUnderTest;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import java.nio.file.Path;
import java.util.List;

/** The limit loop as a system: a chain needs no state, so a chain is all that it runs. */
public final class LimitLoop implements SystemUnderTest {
  /** Name of the system that the others are compared with. */
  public static final String NAME = "limit-loop";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean supports(Workload workload) {
    return workload.isChainOfNoOps();
  }

  @Override
  public List<ProcessSpec> processes(RunPlan plan, Path planFile, Path folder) {
    return List.of(
        loop(Role.ENGINE, LimitLoopEngine.class, planFile),
        loop(Role.WORKER, LimitLoopWorker.class, planFile));
  }

  private static ProcessSpec loop(Role role, Class<?> main, Path planFile) {
    return new ProcessSpec(
        role, main.getName(), List.of(planFile.toString()), List.of(RecordLoop.READY));
  }
}
