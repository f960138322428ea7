package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A valid workflow definition, compiled once for any number of workflows: steps are numbered in the
 * author's order and edges lie in compressed sparse rows, so that what follows a completion costs
 * the out-degree of its step and nothing else. Immutable, safe for any thread; the arrays that it
 * hands out must not be written.
 */
public final class CompiledDefinition {
  /** What {@link #indexOf} answers for a name that is no step. */
  public static final int NO_STEP = -1;

  private final String name;
  private final int version;
  private final long timeoutMs;
  private final CompiledStep[] steps;
  private final Map<String, Integer> indexById;
  private final Adjacency dependencies;
  private final Adjacency dependents;
  private final Set<String> queues;
  private final long fingerprint;

  private CompiledDefinition(WorkflowDefinition definition) {
    name = definition.name();
    version = definition.version();
    timeoutMs = definition.timeout().toMillis();
    List<StepDefinition> source = definition.steps();
    steps = new CompiledStep[source.size()];
    indexById = HashMap.newHashMap(steps.length);
    Set<String> distinctQueues = new HashSet<>();
    for (int i = 0; i < steps.length; i++) {
      StepDefinition step = source.get(i);
      RetryPolicy retry = step.retry();
      steps[i] =
          new CompiledStep(
              step.id(),
              step.type(),
              step.queue(),
              step.timeout().toMillis(),
              retry == null ? definition.retry() : retry);
      indexById.put(step.id(), i);
      distinctQueues.add(step.queue());
    }
    queues = Set.copyOf(distinctQueues);
    int[][] rows = new int[steps.length][];
    for (int i = 0; i < steps.length; i++) {
      rows[i] = source.get(i).dependencyIds().stream().mapToInt(this::requireIndex).toArray();
    }
    dependencies = Adjacency.of(rows);
    dependents = dependencies.transposed();
    fingerprint = Fingerprint.of(this);
  }

  /**
   * Compiles a definition that {@link
   * dev.millrace.orchestrator.core.definition.DefinitionValidator} finds nothing wrong with.
   *
   * @throws IllegalArgumentException when a dependency names no step
   */
  public static CompiledDefinition compile(WorkflowDefinition definition) {
    return new CompiledDefinition(definition);
  }

  public String name() {
    return name;
  }

  public int version() {
    return version;
  }

  /** Workflow timeout in milliseconds; 0 means none. */
  public long timeoutMs() {
    return timeoutMs;
  }

  public int stepCount() {
    return steps.length;
  }

  public CompiledStep step(int index) {
    return steps[index];
  }

  /** The index of a step, or {@link #NO_STEP}. */
  public int indexOf(String stepId) {
    Integer index = indexById.get(stepId);
    return index == null ? NO_STEP : index;
  }

  /** Edges from a step to those that it depends on, in the author's order. */
  public Adjacency dependencies() {
    return dependencies;
  }

  /** Edges from a step to those that depend on it. */
  public Adjacency dependents() {
    return dependents;
  }

  /** The queues that its steps are sent to. */
  public Set<String> queues() {
    return queues;
  }

  /** Tells this content from any other that may be published under the same name and version. */
  public long fingerprint() {
    return fingerprint;
  }

  private int requireIndex(String stepId) {
    int index = indexOf(stepId);
    if (index == NO_STEP) {
      throw new IllegalArgumentException(
          "definition %s/%d: dependency '%s' is no step".formatted(name, version, stepId));
    }
    return index;
  }
}
