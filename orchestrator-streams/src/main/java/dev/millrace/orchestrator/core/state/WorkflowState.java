package dev.millrace.orchestrator.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one workflow, to be changed: for {@code core.evolve} only. Implementations are
 * not thread-safe.
 */
public interface WorkflowState extends WorkflowView {
  /** The workflow runs: every step waits for the others that it depends on. */
  void begin(
      Plan plan, @Nullable Payload input, String tenant, int priority, long deadlineMs, long atMs);

  /**
   * The workflow goes on with another version of its definition.
   *
   * @param plan of that version; its joins are what steps that have not begun wait for now
   * @param former of each of its steps, the index until now; -1 for a step that is new
   */
  void migrate(Plan plan, int[] former);

  /** Somebody is told how the workflow ends. */
  void setParent(Parent parent);

  /** The workflow that a step waits for, as long as the step is suspended. */
  void setChild(int step, String workflowId);

  /** Attempts are numbered from behind this. */
  void setFormerAttempts(int attempts);

  /** What is known of the branches of a step. */
  void setBranches(int step, Branches branches);

  /** What the items of a batch have given until now. */
  void keepResults(int step, Payload results);

  /** Some more items of this chunk of branches have failed. */
  void addFailedItems(int items);

  /** What the result of the open attempt of a step is kept under; null for not. */
  void setResultKey(int step, @Nullable String key);

  /** A command for an attempt is out; with a deadline or {@link #NO_DEADLINE}. */
  void open(int step, int attempt, long deadlineMs);

  /** The step waits, for a time or something else; with a deadline or {@link #NO_DEADLINE}. */
  void suspend(int step, int attempt, long deadlineMs);

  /** The open attempt failed and the next is due at a time. */
  void backOff(int step, long dueMs);

  /** The step may start and is held; until a time, or {@link #NO_DEADLINE}. */
  void hold(int step, long untilMs);

  /** The step may start and is held for its queue, since a time. */
  void holdAtGate(int step, long sinceMs);

  /** A round of the step is over and the next is due at a time. */
  void repeat(int step, long dueMs);

  /** The step succeeded in an attempt; its output is kept when something reads it. */
  void succeed(int step, int attempt, @Nullable Payload output, boolean keepOutput);

  /** The step failed for good. */
  void fail(int step);

  /** The step will not run. */
  void skip(int step);

  /** What a waiting step waits for, in the words of {@link Join}. */
  void setJoin(int step, int join);

  /** What {@link #turns} answers, for a step that has come to its end. */
  void setTurns(int step, List<Integer> dependents);

  /** The step waits again, in the words of {@link Join}, and only its attempts are counted on. */
  void reset(int step, int join);

  /** What {@link #clocks} answers, for a step that is under way; the earliest is its deadline. */
  void setClocks(int step, Clocks clocks);

  /** The worker of an open attempt has given a sign; with a deadline or {@link #NO_DEADLINE}. */
  void hear(int step, long deadlineMs);

  /** How far an open attempt is: kept until the step is done, or its next round begins. */
  void keepProgress(int step, Payload progress);

  /** A signal is kept until a step comes to wait for it. */
  void keepSignal(String name, @Nullable Payload payload);

  /** A signal is kept no longer. */
  void dropSignal(int signal);

  /** No command goes out, or commands go out again. */
  void setPaused(boolean paused);

  /** Another priority: 0 (lowest) to 9 (highest). */
  void setPriority(int priority);

  /** How many steps, compensations aside, are done with. */
  void setFinishedSteps(int steps);

  /** A step that succeeded is to be undone if the workflow fails. */
  void addToCompensate(int step);

  /** A step has been undone, or could not be. */
  void removeToCompensate(int step);

  /** The workflow will end in some way; it no longer times out. */
  void beginEnding(Outcome outcome, @Nullable Payload output);

  /** The step is not waited for any more. */
  void abandon(int step);

  /** The workflow has ended. */
  void end(Outcome outcome, @Nullable Payload output, long atMs);

  /** One more event has been applied. */
  void incrementSequence();
}
