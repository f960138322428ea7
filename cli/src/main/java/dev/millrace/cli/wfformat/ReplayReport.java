package dev.millrace.cli.wfformat;

import dev.millrace.cli.run.Hops;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of a replay.
 *
 * @param workflowId the workflow that ran
 * @param violations what was wrong with the order of the run; empty if nothing
 * @param failure why the workflow did not succeed, as its events say; empty if they name no failure
 * @param recorded the critical path with the recorded run times
 * @param scaled the critical path with the run times that the handlers took
 * @param makespan from the engine's decision to start the workflow to its decision that it ended
 * @param hops how long each step had to wait for its turn
 */
record ReplayReport(
    String workflowId,
    List<String> violations,
    Optional<String> failure,
    Duration recorded,
    Duration scaled,
    Duration makespan,
    Hops hops) {
  ReplayReport {
    violations = List.copyOf(violations);
  }

  /** What the makespan has beyond the critical path, which no engine can go below. */
  Duration overhead() {
    return makespan.minus(scaled);
  }
}
