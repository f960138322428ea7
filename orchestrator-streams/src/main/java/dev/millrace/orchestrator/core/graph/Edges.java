package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.expression.Expression;
import org.jspecify.annotations.Nullable;

/** What the edges from steps to their dependents ask for. Immutable. */
public final class Edges {
  private final @Nullable Expression<Boolean>[] conditions;
  private final boolean[] routes;
  private final boolean[] conditional;

  /**
   * What each edge asks for.
   *
   * @param conditional of each step: whether one of its edges has a condition
   */
  Edges(@Nullable Expression<Boolean>[] conditions, boolean[] routes, boolean[] conditional) {
    this.conditions = conditions;
    this.routes = routes;
    this.conditional = conditional;
  }

  /** Those of steps without edges. */
  static Edges none(int steps) {
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    @Nullable Expression<Boolean>[] conditions = new Expression[0];
    return new Edges(conditions, new boolean[0], new boolean[steps]);
  }

  /** The condition of an edge over the step's output; null where it has none. */
  public @Nullable Expression<Boolean> condition(int edge) {
    return conditions[edge];
  }

  /** Whether an edge is taken by failures that are routed along it, and by nothing else. */
  public boolean isRoute(int edge) {
    return routes[edge];
  }

  /** Whether an edge from a step has a condition. */
  public boolean areConditional(int step) {
    return conditional[step];
  }
}
