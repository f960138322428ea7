package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Plan;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A valid workflow definition, compiled once for any number of workflows: steps are numbered, those
 * of the main part in the author's order, then the finally steps, then the compensations; edges lie
 * in compressed sparse rows, so that what follows a completion costs the out-degree of its step and
 * nothing else. Immutable, safe for any thread; the arrays that it hands out must not be written.
 */
public final class CompiledDefinition {
  /** What {@link #indexOf} answers for a name that is no step. */
  public static final int NO_STEP = -1;

  /** What the id of a compensation begins with, before that of the step that it undoes. */
  public static final String COMPENSATION_PREFIX = "compensate:";

  /** So many chunks' definitions are kept; each takes 4 bytes a branch. */
  private static final int CHUNKS_KEPT = 256;

  private static final Adjacency OF_NO_BRANCH = Adjacency.of(new int[Branches.CHUNK][0]);
  private static final Edges AMONG_BRANCHES = Edges.none(Branches.CHUNK);

  private final WorkflowDefinition source;
  private final long timeoutMs;
  private final int maxParallel;
  private final @Nullable Expression<Payload> output;
  private final int mainSteps;
  private final int finallySteps;
  private final int stepCount;

  /** Branches of one step are all the same one. */
  private final CompiledStep[] steps;

  private final Map<String, Integer> indexById;
  private final Adjacency dependencies;
  private final Adjacency dependents;
  private final Edges edges;
  private final Set<String> queues;
  private final Set<String> signals;
  private final Plan plan;
  private final boolean isOfBranches;

  /** Of chunks of branches, by step and size; all are forgotten when there are too many. */
  private final Map<Integer, CompiledDefinition> chunks = new ConcurrentHashMap<>(0);

  CompiledDefinition(WorkflowDefinition definition, DefinitionCompiler compiled) {
    source = definition;
    timeoutMs = definition.timeout().toMillis();
    maxParallel = definition.maxParallel() == 0 ? Integer.MAX_VALUE : definition.maxParallel();
    output = compiled.output();
    mainSteps = definition.steps().size();
    finallySteps = definition.finallySteps().size();
    steps = compiled.steps();
    stepCount = steps.length;
    indexById = compiled.indexById();
    dependencies = compiled.dependencies();
    dependents = compiled.dependents();
    edges = compiled.edges();
    queues = compiled.queues();
    signals = compiled.signals();
    plan =
        new Plan(
            definition.name(), definition.version(), Fingerprint.of(definition), compiled.joins());
    isOfBranches = false;
  }

  /** That of a number of branches of a step. */
  private CompiledDefinition(CompiledDefinition whole, CompiledStep step, int size) {
    source = whole.source;
    timeoutMs = 0;
    maxParallel = step.forEach() == null ? size : step.forEach().maxParallel();
    output = null;
    mainSteps = size;
    finallySteps = 0;
    steps = new CompiledStep[] {step.branch()};
    stepCount = size;
    indexById = Map.of();
    dependencies = OF_NO_BRANCH;
    dependents = OF_NO_BRANCH;
    edges = AMONG_BRANCHES;
    queues = step.queue().isEmpty() ? Set.of() : Set.of(step.queue());
    signals = Set.of();
    plan = new Plan(whole.name(), whole.version(), whole.fingerprint(), new int[size]);
    isOfBranches = true;
  }

  /**
   * What a chunk of the branches of a step runs: that step as often as there are branches, without
   * edges.
   *
   * @param size how many branches, at most {@link Branches#CHUNK}
   */
  public CompiledDefinition branches(int step, int size) {
    int key = step * (Branches.CHUNK + 1) + size;
    CompiledDefinition known = chunks.get(key);
    if (known == null) {
      known = new CompiledDefinition(this, steps[step], size);
      if (chunks.size() >= CHUNKS_KEPT) {
        chunks.clear();
      }
      chunks.put(key, known);
    }
    return known;
  }

  /** Whether its steps are branches of one step. */
  public boolean isOfBranches() {
    return isOfBranches;
  }

  /**
   * Compiles a definition that {@link
   * dev.millrace.orchestrator.core.definition.DefinitionValidator} finds nothing wrong with.
   *
   * @throws IllegalArgumentException when a dependency names no step or an expression is wrong
   */
  public static CompiledDefinition compile(
      WorkflowDefinition definition, ExpressionCompiler expressions) {
    return new CompiledDefinition(definition, new DefinitionCompiler(definition, expressions));
  }

  /** Compiles a definition without expressions. */
  public static CompiledDefinition compile(WorkflowDefinition definition) {
    return compile(definition, NoExpressions.INSTANCE);
  }

  public String name() {
    return plan.definition();
  }

  public int version() {
    return plan.version();
  }

  /** Workflow timeout in milliseconds; 0 means none. */
  public long timeoutMs() {
    return timeoutMs;
  }

  /** Most steps of one workflow that are open at once. */
  public int maxParallel() {
    return maxParallel;
  }

  /** Which of their events its workflows publish. */
  public EventVerbosity eventVerbosity() {
    return source.events();
  }

  /** The workflow's output; null when it has none. */
  public @Nullable Expression<Payload> output() {
    return output;
  }

  /** How many steps there are, finally steps and compensations included. */
  public int stepCount() {
    return stepCount;
  }

  /** How many steps the main part has; they have the first indexes. */
  public int mainSteps() {
    return mainSteps;
  }

  /** How many finally steps there are; their indexes follow those of the main part. */
  public int finallySteps() {
    return finallySteps;
  }

  public CompiledStep step(int index) {
    return steps[isOfBranches ? 0 : index];
  }

  /** A step as its author wrote it; null for a compensation, which is part of another step. */
  public @Nullable StepDefinition source(int index) {
    if (index < mainSteps) {
      return source.steps().get(index);
    }
    int inFinally = index - mainSteps;
    return inFinally < finallySteps ? source.finallySteps().get(inFinally) : null;
  }

  /** The index of a step, or {@link #NO_STEP}. */
  public int indexOf(String stepId) {
    Integer index = indexById.get(stepId);
    return index == null ? NO_STEP : index;
  }

  /**
   * Edges from a step to those that it depends on, in the author's order, then to those that route
   * their failures to it.
   */
  public Adjacency dependencies() {
    return dependencies;
  }

  /** Edges from a step to those that depend on it, or that its failures are routed to. */
  public Adjacency dependents() {
    return dependents;
  }

  /** What the edges of {@link #dependents} ask for. */
  public Edges edges() {
    return edges;
  }

  /** The queues that its steps are sent to. */
  public Set<String> queues() {
    return queues;
  }

  /** The names of the signals that its steps wait for. */
  public Set<String> signals() {
    return signals;
  }

  /** What a workflow's state takes over from it. */
  public Plan plan() {
    return plan;
  }

  /** Tells this content from any other that may be published under the same name and version. */
  public long fingerprint() {
    return plan.fingerprint();
  }
}
