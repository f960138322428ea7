package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A named, versioned, immutable DAG of steps, as its author wrote it. It may be wrong: {@link
 * DefinitionValidator} tells.
 *
 * @param name name of the definition
 * @param version 1 or more
 * @param timeout workflow timeout from its start; zero means none
 * @param retry retry policy of the steps that have none of their own
 * @param maxParallel most steps of one workflow that are open at once; 0 means any number
 * @param output template of the workflow's output; null means that it has none
 * @param events which of their events its workflows publish
 * @param steps the steps in the author's order
 * @param finallySteps steps that run at the end however the workflow ends, a DAG of their own
 */
public record WorkflowDefinition(
    String name,
    int version,
    Duration timeout,
    RetryPolicy retry,
    int maxParallel,
    @Nullable String output,
    EventVerbosity events,
    List<StepDefinition> steps,
    List<StepDefinition> finallySteps) {

  public WorkflowDefinition {
    steps = List.copyOf(steps);
    finallySteps = List.copyOf(finallySteps);
  }

  /** A definition whose workflows publish all their events. */
  public WorkflowDefinition(
      String name,
      int version,
      Duration timeout,
      RetryPolicy retry,
      int maxParallel,
      @Nullable String output,
      List<StepDefinition> steps,
      List<StepDefinition> finallySteps) {
    this(
        name,
        version,
        timeout,
        retry,
        maxParallel,
        output,
        EventVerbosity.ALL,
        steps,
        finallySteps);
  }

  /** A definition of steps alone. */
  public static WorkflowDefinition of(
      String name, int version, Duration timeout, RetryPolicy retry, List<StepDefinition> steps) {
    return new WorkflowDefinition(name, version, timeout, retry, 0, null, steps, List.of());
  }

  /** The queues that its steps and what undoes them are sent to, in alphabetical order. */
  public SortedSet<String> queues() {
    SortedSet<String> queues = new TreeSet<>();
    Stream.concat(steps.stream(), finallySteps.stream())
        .forEach(
            step -> {
              if (step.action() instanceof StepAction.Work work) {
                queues.add(work.queue());
              }
              if (step.compensation() != null) {
                queues.add(step.compensation().queue());
              }
            });
    return queues;
  }
}
