package dev.millrace.perf.run;

import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Something that runs workflows between the start topic and the events topic. The broker, the
 * topics of the contract and the load are there before and beside it, the same for every system.
 */
public interface SystemUnderTest {
  /** Name in options and reports. */
  String name();

  /** Whether it can run a workload at all. */
  boolean supports(Workload workload);

  /**
   * Its processes but for broker and load generator, in the order in which they start; each is
   * ready before the next one starts.
   *
   * @param plan the run
   * @param planFile the plan as a file that a process can read
   * @param folder folder of the run, for what the processes need to keep
   */
  List<ProcessSpec> processes(RunPlan plan, Path planFile, Path folder) throws IOException;
}
