package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.StepDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Which steps of one definition are which of another: those with the same ids. Immutable. */
public final class StepMapping {
  private final CompiledDefinition before;
  private final CompiledDefinition after;
  private final int[] former;

  public StepMapping(CompiledDefinition before, CompiledDefinition after) {
    this.before = before;
    this.after = after;
    former = new int[after.stepCount()];
    for (int step = 0; step < former.length; step++) {
      former[step] = before.indexOf(after.step(step).id());
    }
  }

  /** The definition that is left. */
  public CompiledDefinition before() {
    return before;
  }

  /** The definition that takes its place. */
  public CompiledDefinition after() {
    return after;
  }

  /**
   * The index until now of a step of the later definition, or {@link CompiledDefinition#NO_STEP}.
   */
  public int former(int step) {
    return former[step];
  }

  /** The same of all steps of the later definition. */
  public int[] former() {
    return former.clone();
  }

  /** The index from now on of a step of the former definition, or NO_STEP. */
  public int later(int step) {
    return after.indexOf(before.step(step).id());
  }

  /**
   * Whether a step of the later definition comes after the same steps, under the same conditions
   * and the same join rule, as in the former one.
   */
  public boolean hasSameWay(int step) {
    int old = former[step];
    if (old == CompiledDefinition.NO_STEP) {
      return false;
    }
    StepDefinition is = after.source(step);
    StepDefinition was = before.source(old);
    return (is == null ? was == null : was != null && is.dependsOn().equals(was.dependsOn()))
        && Objects.equals(after.step(step).join(), before.step(old).join())
        && sources(after, step).equals(sources(before, old));
  }

  /** Whether a step of the later definition comes after another one under a condition. */
  public boolean isConditional(int dependency, int step) {
    Adjacency dependents = after.dependents();
    for (int edge = dependents.start(dependency); edge < dependents.end(dependency); edge++) {
      if (dependents.target(edge) == step && after.edges().condition(edge) != null) {
        return true;
      }
    }
    return false;
  }

  private static List<String> sources(CompiledDefinition definition, int step) {
    Adjacency dependencies = definition.dependencies();
    List<String> ids = new ArrayList<>(dependencies.degree(step));
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      ids.add(definition.step(dependencies.target(edge)).id());
    }
    return ids;
  }
}
