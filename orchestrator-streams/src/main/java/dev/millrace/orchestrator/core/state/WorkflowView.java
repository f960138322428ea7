package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one workflow, to be read. Steps are named by their index in the definition; only
 * of a running workflow is anything known of its steps.
 */
public interface WorkflowView {
  /** What {@link #deadlineMs()} and {@link #stepDeadlineMs} answer when there is none. */
  long NO_DEADLINE = 0;

  /** The latest deadline there is, in epoch milliseconds: the year 6429. Later ones become this. */
  long LATEST_DEADLINE_MS = (1L << 47) - 1;

  /** What {@link #keptSignal} answers when there is none. */
  int NO_SIGNAL = -1;

  WorkflowStatus status();

  /** How it will have ended when its compensation and finally steps are done; null before that. */
  @Nullable Outcome outcome();

  /** Who is told how it ends; null for nobody, and of a workflow that has ended. */
  @Nullable Parent parent();

  /** The workflow that a step waits for, or null. */
  @Nullable String child(int step);

  /** The steps that wait for other workflows, in no order. */
  int[] stepsWithChildren();

  /** The steps whose branches have been opened at some time, in no order. */
  int[] stepsWithBranches();

  /** The branches of a step that runs for each item of a list; null before they are opened. */
  @Nullable Branches branches(int step);

  /** Of a chunk of branches: how many of its items have failed. */
  int failedItems();

  /** What the result of the open attempt of a step is kept under; null when it is not kept. */
  @Nullable String resultKey(int step);

  /** Whether its start brought its definition along, which is registered nowhere. */
  boolean hasOwnDefinition();

  /** Whether no command goes out until somebody resumes it. */
  boolean isPaused();

  /** How many signals are kept for steps that have not come to wait for them. */
  int keptSignals();

  /** The oldest signal of a name that is kept, or {@link #NO_SIGNAL}. */
  int keptSignal(String name);

  /** Whether a control with an id was applied before, as far as that is remembered. */
  boolean hasApplied(String controlId);

  /** The sequence number that the next event of this workflow gets. */
  long nextSequence();

  /** When the workflow times out, in epoch milliseconds, or {@link #NO_DEADLINE}. */
  long deadlineMs();

  /** 0 (lowest) to 9 (highest). */
  int priority();

  /** Its owner; empty for the default tenant. */
  String tenant();

  int stepCount();

  /** How many steps have succeeded. */
  int succeededSteps();

  /** How many steps, compensations aside, are {@linkplain StepStatus#isFinal() done with}. */
  int finishedSteps();

  /** How many steps have a command out; of a chunk, how many of its branches are under way. */
  int openSteps();

  /** How many steps are {@link StepStatus#READY}. */
  int heldSteps();

  /** How many of these are held for their queues. */
  int gatedSteps();

  /**
   * Since when a step is held for its queue, in epoch milliseconds; {@link #NO_DEADLINE} for one
   * that is not.
   */
  long gatedSinceMs(int step);

  /** Whether a step is held for its queue. */
  default boolean isGated(int step) {
    return gatedSinceMs(step) != NO_DEADLINE;
  }

  /** The first {@link StepStatus#READY} step from an index on, or the number of steps. */
  int nextHeld(int from);

  /**
   * The same, but none that is held for its queue; the first of all is at hand, however many of
   * those there are.
   */
  int nextHeldElsewhere(int from);

  StepStatus stepStatus(int step);

  /** What a {@link StepStatus#WAITING} step waits for, in the words of {@link Join}. */
  int join(int step);

  /** The current or last attempt of a step; {@link #formerAttempts} for one that has had none. */
  int attempt(int step);

  /** The highest attempt of any step of the workflows that had this id before; 0 if none had. */
  int formerAttempts();

  /** How many attempts its current round has had. */
  int attemptsOfRound(int step);

  /** How many rounds a step has behind it, since it was last reset. */
  int rounds(int step);

  /** Whether somebody has had the step run again. */
  boolean wasReset(int step);

  /**
   * When the open attempt of a step times out or its next attempt is due, in epoch milliseconds, or
   * {@link #NO_DEADLINE}.
   */
  long stepDeadlineMs(int step);

  /**
   * The dependents to which the end of a step means something else than it usually does: of a step
   * that succeeded, those whose dependency is not satisfied; of one that failed, the one that it is
   * routed to. Empty for all others.
   */
  int[] turns(int step);

  /** When the time-outs of a step are due that has more than one; {@link Clocks#NONE} of others. */
  Clocks clocks(int step);

  /** The steps that are to be compensated, in the order of their completion. */
  int[] toCompensate();

  /**
   * The earliest deadline of the workflow and all its steps, or {@link #NO_DEADLINE}, as after the
   * end. Looks at every step: for timers, not for completions.
   */
  long earliestDeadlineMs();
}
