package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.List;

/**
 * A named, versioned, immutable DAG of steps, as its author wrote it. It may be wrong: {@link
 * DefinitionValidator} tells.
 *
 * @param name name of the definition
 * @param version 1 or more
 * @param timeout workflow timeout from its start; zero means none
 * @param retry retry policy of the steps that have none of their own
 * @param steps the steps in the author's order
 */
public record WorkflowDefinition(
    String name, int version, Duration timeout, RetryPolicy retry, List<StepDefinition> steps) {

  public WorkflowDefinition {
    steps = List.copyOf(steps);
  }
}
