package dev.millrace.orchestrator.core.check;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Which steps come before which, over dependencies and routed failures: for up to 64 steps at a
 * time, each a bit of a word that is handed on from step to step. One thread.
 */
final class Ancestors {
  private final int[][] parents;
  private final int[] order;

  /** Of each step, those looked for that come before it. */
  private final long[] before;

  /** Of each step looked for, its bit. */
  private final long[] bits;

  /**
   * The order of some steps.
   *
   * @param steps a graph without rings
   */
  Ancestors(List<StepDefinition> steps, Map<String, Integer> indexes) {
    int count = steps.size();
    List<List<Integer>> edges = new ArrayList<>(count);
    steps.forEach(
        step ->
            edges.add(
                new ArrayList<>(
                    step.dependsOn().stream()
                        .map(dependency -> indexOf(indexes, dependency.step()))
                        .toList())));
    for (int i = 0; i < count; i++) {
      for (FailureRule rule : steps.get(i).onFailure()) {
        if (rule.reaction() instanceof FailureRule.Reaction.Route route) {
          edges.get(indexOf(indexes, route.step())).add(i);
        }
      }
    }
    parents =
        edges.stream()
            .map(row -> row.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    order = sorted();
    before = new long[count];
    bits = new long[count];
  }

  private static Integer indexOf(Map<String, Integer> indexes, String id) {
    Integer index = indexes.get(id);
    if (index == null) {
      throw new IllegalArgumentException("'%s' is no step".formatted(id));
    }
    return index;
  }

  /** The steps, each behind its parents: depth first, without recursion. */
  private int[] sorted() {
    int[] sorted = new int[parents.length];
    int[] next = new int[parents.length];
    boolean[] seen = new boolean[parents.length];
    int[] path = new int[parents.length];
    int count = 0;
    for (int root = 0; root < parents.length; root++) {
      int depth = 0;
      if (!seen[root]) {
        seen[root] = true;
        path[depth++] = root;
      }
      while (depth > 0) {
        int step = path[depth - 1];
        if (next[step] == parents[step].length) {
          sorted[count++] = step;
          depth--;
        } else {
          int parent = parents[step][next[step]++];
          if (!seen[parent]) {
            seen[parent] = true;
            path[depth++] = parent;
          }
        }
      }
    }
    return sorted;
  }

  /** Finds what comes after some steps, at most 64 of them. */
  void look(int[] steps, int from, int to) {
    Arrays.fill(bits, 0);
    for (int i = from; i < to; i++) {
      bits[steps[i]] = 1L << (i - from);
    }
    for (int step : order) {
      long found = 0;
      for (int parent : parents[step]) {
        found |= before[parent] | bits[parent];
      }
      before[step] = found;
    }
  }

  /** Whether a step of those looked for comes before another one. */
  boolean isBefore(int step, int other) {
    return (before[other] & bits[step]) != 0;
  }
}
