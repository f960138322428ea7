package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Numbers the steps of one definition and lays out its edges. One use. */
final class DefinitionCompiler {
  private final WorkflowDefinition definition;
  private final ExpressionCompiler expressions;
  private final StepCompiler stepCompiler;
  private final List<StepDefinition> source;
  private final Map<String, Integer> indexById;
  private final List<CompiledStep> steps = new ArrayList<>();
  private final @Nullable Expression<Payload> output;
  private final Adjacency dependencies;
  private final Adjacency dependents;
  private final Edges edges;

  DefinitionCompiler(WorkflowDefinition definition, ExpressionCompiler expressions) {
    this.definition = definition;
    this.expressions = expressions;
    this.stepCompiler = new StepCompiler(definition, expressions);
    this.source = new ArrayList<>(definition.steps());
    source.addAll(definition.finallySteps());
    this.indexById = HashMap.newHashMap(source.size());
    for (int i = 0; i < source.size(); i++) {
      indexById.put(source.get(i).id(), i);
    }
    List<Set<Integer>> routesTo = routesTo();
    compileSteps(routesTo);
    output = stepCompiler.optional(definition.output(), expressions::template);
    compileCompensations();
    dependencies = Adjacency.of(rows(routesTo));
    dependents = dependencies.transposed();
    edges = compileEdges();
    markOutputs();
  }

  CompiledStep[] steps() {
    return steps.toArray(new CompiledStep[0]);
  }

  Map<String, Integer> indexById() {
    return indexById;
  }

  @Nullable Expression<Payload> output() {
    return output;
  }

  Adjacency dependencies() {
    return dependencies;
  }

  Adjacency dependents() {
    return dependents;
  }

  Edges edges() {
    return edges;
  }

  Set<String> queues() {
    Set<String> queues = new HashSet<>();
    for (CompiledStep step : steps) {
      if (step.action() instanceof CompiledAction.Work work) {
        queues.add(work.queue());
      }
    }
    return Set.copyOf(queues);
  }

  Set<String> signals() {
    Set<String> signals = new HashSet<>();
    for (CompiledStep step : steps) {
      if (step.action() instanceof CompiledAction.AwaitSignal wait) {
        signals.add(wait.signal());
      }
    }
    return Set.copyOf(signals);
  }

  /** What each step waits for in the beginning. A compensation never starts by itself. */
  int[] joins() {
    int[] joins = new int[steps.size()];
    for (int i = 0; i < joins.length; i++) {
      CompiledStep step = steps.get(i);
      int degree = dependencies.degree(i);
      if (degree > Join.DEPENDENCIES) {
        throw new IllegalArgumentException(
            "step '%s' has %d dependencies, at most %d can be stored"
                .formatted(step.id(), degree, Join.DEPENDENCIES));
      }
      joins[i] =
          step.group() == CompiledStep.Group.COMPENSATION
              ? Join.MISSED
              : Join.of(step.join(), degree);
    }
    return joins;
  }

  /** Of each step, those that route their failures to it. */
  private List<Set<Integer>> routesTo() {
    List<Set<Integer>> routesTo = new ArrayList<>();
    source.forEach(step -> routesTo.add(Set.of()));
    for (int i = 0; i < source.size(); i++) {
      for (FailureRule rule : source.get(i).onFailure()) {
        if (rule.reaction() instanceof FailureRule.Reaction.Route route) {
          int target = requireIndex(route.step());
          if (routesTo.get(target).isEmpty()) {
            routesTo.set(target, new LinkedHashSet<>());
          }
          routesTo.get(target).add(i);
        }
      }
    }
    return routesTo;
  }

  private void compileSteps(List<Set<Integer>> routesTo) {
    int mainSteps = definition.steps().size();
    for (int i = 0; i < source.size(); i++) {
      CompiledStep.Group group =
          i < mainSteps ? CompiledStep.Group.MAIN : CompiledStep.Group.FINALLY;
      steps.add(stepCompiler.step(source.get(i), group, !routesTo.get(i).isEmpty()));
    }
  }

  private void compileCompensations() {
    for (int i = 0; i < source.size(); i++) {
      Compensation compensation = source.get(i).compensation();
      if (compensation != null) {
        CompiledStep step = stepCompiler.compensation(compensation, source.get(i).id(), i);
        indexById.put(step.id(), steps.size());
        steps.set(i, steps.get(i).withCompensation(steps.size()));
        steps.add(step);
      }
    }
  }

  private int[][] rows(List<Set<Integer>> routesTo) {
    int[][] rows = new int[steps.size()][];
    Arrays.fill(rows, new int[0]);
    for (int i = 0; i < source.size(); i++) {
      List<Dependency> dependsOn = source.get(i).dependsOn();
      int[] row = new int[dependsOn.size() + routesTo.get(i).size()];
      int at = 0;
      for (Dependency dependency : dependsOn) {
        row[at++] = requireIndex(dependency.step());
      }
      for (int from : routesTo.get(i)) {
        row[at++] = from;
      }
      rows[i] = row;
    }
    return rows;
  }

  private Edges compileEdges() {
    int count = dependents.size();
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    @Nullable Expression<Boolean>[] conditions = new Expression[count];
    boolean[] routes = new boolean[count];
    boolean[] conditional = new boolean[steps.size()];
    List<@Nullable Map<String, Dependency>> described = new ArrayList<>();
    for (int step = 0; step < source.size(); step++) {
      described.add(described(step));
    }
    for (int step = 0; step < source.size(); step++) {
      for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
        Map<String, Dependency> byStep = described.get(dependents.target(edge));
        if (byStep == null) {
          continue;
        }
        Dependency dependency = byStep.get(source.get(step).id());
        routes[edge] = dependency == null;
        String condition = dependency == null ? null : condition(dependency);
        conditions[edge] = stepCompiler.optional(condition, expressions::condition);
        conditional[step] |= condition != null;
      }
    }
    return new Edges(conditions, routes, conditional);
  }

  /**
   * The dependencies of a step by what they are on, where edges may differ; null where all are
   * without conditions.
   */
  private @Nullable Map<String, Dependency> described(int step) {
    boolean isPlain =
        dependencies.degree(step) == steps.get(step).dependencies()
            && source.get(step).dependsOn().stream().allMatch(each -> condition(each) == null);
    if (isPlain) {
      return null;
    }
    Map<String, Dependency> byStep = new HashMap<>();
    source.get(step).dependsOn().forEach(each -> byStep.put(each.step(), each));
    return byStep;
  }

  private static @Nullable String condition(Dependency dependency) {
    String chosen = dependency.chosen();
    if (chosen == null) {
      return dependency.when();
    }
    String isChosen = "output == '" + chosen + "'";
    return dependency.when() == null ? isChosen : isChosen + " && (" + dependency.when() + ")";
  }

  /** An output is kept where a step takes over all of them, or an expression reads it. */
  private void markOutputs() {
    for (int i = 0; i < steps.size(); i++) {
      CompiledStep step = steps.get(i);
      boolean keeps =
          stepCompiler.isRead(step.id()) || step.compensation() != CompiledDefinition.NO_STEP;
      for (int edge = dependents.start(i); edge < dependents.end(i) && !keeps; edge++) {
        keeps = !edges.isRoute(edge) && takesWholeOutputs(steps.get(dependents.target(edge)));
      }
      if (keeps) {
        steps.set(i, step.keepingOutput());
      }
    }
  }

  private static boolean takesWholeOutputs(CompiledStep step) {
    return step.action() instanceof CompiledAction.Work work && work.input() == null;
  }

  private int requireIndex(String stepId) {
    Integer index = indexById.get(stepId);
    if (index == null) {
      throw new IllegalArgumentException(
          "definition %s/%d: dependency '%s' is no step"
              .formatted(definition.name(), definition.version(), stepId));
    }
    return index;
  }
}
