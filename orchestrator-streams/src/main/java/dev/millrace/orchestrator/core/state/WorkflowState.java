package dev.millrace.orchestrator.core.state;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one workflow, to be changed: for {@code core.evolve} only. Implementations are
 * not thread-safe.
 */
public interface WorkflowState extends WorkflowView {
  /** The workflow runs: every step waits for as many others as it depends on. */
  void begin(
      CompiledDefinition definition,
      @Nullable Payload input,
      String tenant,
      int priority,
      long deadlineMs,
      long atMs);

  /** A command for an attempt is out; with a deadline or {@link #NO_DEADLINE}. */
  void open(int step, int attempt, long deadlineMs);

  /** The open attempt failed and the next is due at a time. */
  void backOff(int step, long dueMs);

  /** The step succeeded; its output is kept when a later step reads it. */
  void succeed(int step, @Nullable Payload output, boolean keepOutput);

  /** The step failed for good. */
  void fail(int step);

  /** One more of the steps that this one depends on has succeeded. */
  void decrementRemainingDependencies(int step);

  /** The workflow has ended. */
  void end(WorkflowStatus status, @Nullable Failure failure, long atMs);

  /** One more event has been applied. */
  void incrementSequence();
}
