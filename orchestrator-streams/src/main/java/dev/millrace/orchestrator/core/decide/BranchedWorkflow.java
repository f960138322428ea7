package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.Payloads;

/** What branches ask of their workflow. Not thread-safe. */
public interface BranchedWorkflow extends Payloads {
  /** Whether no command may go out: it is paused, or has ended. */
  boolean isPaused();

  /** How many workflows are above it. */
  int depth();
}
