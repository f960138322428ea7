package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What steps of a workflow wait for, in the order of its definition.
 *
 * @param workflowId the workflow
 * @param status where it is in its life
 * @param paused whether no command goes out until somebody resumes it
 * @param startedAt when it started
 * @param endedAt when it ended; null while it has not
 * @param now when that was so, by the engine's clock
 * @param steps those that wait; none of a workflow that has ended
 * @param next where the next page begins; null when there is nothing more
 */
public record WhyReport(
    String workflowId,
    WorkflowStatus status,
    boolean paused,
    Instant startedAt,
    @Nullable Instant endedAt,
    Instant now,
    List<Wait> steps,
    @Nullable Integer next) {
  /** Most steps that are named of those that a step waits for. */
  public static final int DEPENDENCIES_NAMED = 10;

  public WhyReport {
    steps = List.copyOf(steps);
  }

  /**
   * What one step waits for.
   *
   * @param state where it is, what holds it and until when
   * @param part which part of the definition it belongs to
   * @param since since when it waits so, by the limits of its definition; null when the engine does
   *     not know
   * @param lastSign when its worker has last given a sign of the open attempt; null for never, and
   *     of a step without a heartbeat timeout
   * @param awaitsSign whether the open attempt has a limit for the first sign of a worker, and none
   *     has come
   * @param dependencies the first of the steps that it depends on and that have not ended
   * @param moreDependencies how many more of these there are
   * @param queue how things stand at its queue, while it waits for that or for its workers
   * @param place how many steps go before it, while it waits for its queue
   * @param branches those of a step that runs for each item of a list, once they are opened
   */
  public record Wait(
      StepsReport.Step state,
      Group part,
      @Nullable Instant since,
      @Nullable Instant lastSign,
      boolean awaitsSign,
      List<Dependency> dependencies,
      int moreDependencies,
      @Nullable Queue queue,
      @Nullable Place place,
      @Nullable BranchCounts branches) {
    public Wait {
      dependencies = List.copyOf(dependencies);
    }
  }

  /** A step that another one waits for, and where it is. */
  public record Dependency(String step, StepStatus status) {}

  /**
   * A queue in the partition of the workflow, as it was about a second ago.
   *
   * @param open attempts that are open
   * @param window most attempts that may be open at once
   * @param held steps that wait for the queue
   * @param paused whether no command goes to it until somebody says so
   */
  public record Queue(long open, long window, long held, boolean paused) {}

  /**
   * Where a step stands among those of its partition that wait for the same queue.
   *
   * @param higher steps of higher priorities
   * @param before steps of its own priority and tenant that have waited longer
   * @param more whether there are more than were counted
   */
  public record Place(int higher, int before, boolean more) {}

  /**
   * How many branches are where.
   *
   * @param total all of them
   * @param finished those that are done
   * @param open those with a command out
   * @param held those that may start and are held
   */
  public record BranchCounts(int total, int finished, int open, int held) {}
}
