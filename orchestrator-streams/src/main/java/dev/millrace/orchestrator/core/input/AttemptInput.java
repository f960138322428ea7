package dev.millrace.orchestrator.core.input;

/** What a worker says of an attempt. */
public sealed interface AttemptInput extends Input permits AttemptReported, AttemptRunning {
  /** Name of the step. */
  String stepId();

  /** Which branch of the step; {@link AttemptReported#NO_BRANCH} for one without branches. */
  int branch();

  /** Which attempt. */
  int attempt();
}
