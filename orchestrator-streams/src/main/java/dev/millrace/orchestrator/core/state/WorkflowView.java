package dev.millrace.orchestrator.core.state;

/**
 * What is known of one workflow, to be read. Steps are named by their index in the definition; only
 * of a running workflow is anything known of its steps.
 */
public interface WorkflowView {
  /** What {@link #deadlineMs()} and {@link #stepDeadlineMs} answer when there is none. */
  long NO_DEADLINE = 0;

  /**
   * The latest deadline there is, in epoch milliseconds: the year 10889. Later ones become this.
   */
  long LATEST_DEADLINE_MS = (1L << 48) - 1;

  WorkflowStatus status();

  /** The sequence number that the next event of this workflow gets. */
  long nextSequence();

  /** When the workflow times out, in epoch milliseconds, or {@link #NO_DEADLINE}. */
  long deadlineMs();

  int stepCount();

  /** How many steps have succeeded. */
  int succeededSteps();

  /** How many steps have a command out. */
  int openSteps();

  StepStatus stepStatus(int step);

  /** How many of the steps that a {@link StepStatus#WAITING} step depends on are unfinished. */
  int remainingDependencies(int step);

  /** The current or last attempt of a step that is not waiting; 0 for one that is. */
  int attempt(int step);

  /**
   * When the open attempt of a step times out or its next attempt is due, in epoch milliseconds, or
   * {@link #NO_DEADLINE}.
   */
  long stepDeadlineMs(int step);

  /**
   * The earliest deadline of the workflow and all its steps, or {@link #NO_DEADLINE}, as after the
   * end. Looks at every step: for timers, not for completions.
   */
  long earliestDeadlineMs();
}
