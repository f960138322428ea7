package dev.millrace.orchestrator.core.definition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds rings in a dependency graph: for each strongly connected component of two or more steps,
 * the shortest ring through its first step. Tarjan's algorithm without recursion, so that a chain
 * of any length fits the stack; time and space are linear in steps and dependencies. One use, one
 * thread.
 */
final class CycleFinder {
  private static final int UNSEEN = -1;

  private final int[][] dependencies;
  private final int[] order;
  private final int[] lowest;
  private final int[] component;
  private final int[] next;
  private final int[] cameFrom;
  private int seen;

  /**
   * @param dependencies for each step the indexes of the steps that it depends on
   */
  CycleFinder(int[][] dependencies) {
    this.dependencies = dependencies;
    int steps = dependencies.length;
    this.order = new int[steps];
    this.lowest = new int[steps];
    this.component = new int[steps];
    this.next = new int[steps];
    this.cameFrom = new int[steps];
    Arrays.fill(order, UNSEEN);
    Arrays.fill(component, UNSEEN);
    Arrays.fill(cameFrom, UNSEEN);
  }

  /** The rings, each as the steps in turn: every one depends on the next, the last on the first. */
  List<int[]> find() {
    List<int[]> cycles = new ArrayList<>();
    int[] open = new int[dependencies.length];
    int openCount = 0;
    int[] path = new int[dependencies.length];
    for (int root = 0; root < dependencies.length; root++) {
      if (order[root] != UNSEEN) {
        continue;
      }
      int depth = 0;
      path[depth++] = root;
      open[openCount++] = enter(root);
      while (depth > 0) {
        int step = path[depth - 1];
        if (next[step] < dependencies[step].length) {
          int dependency = dependencies[step][next[step]++];
          if (order[dependency] == UNSEEN) {
            path[depth++] = dependency;
            open[openCount++] = enter(dependency);
          } else if (component[dependency] == UNSEEN) {
            lowest[step] = Math.min(lowest[step], order[dependency]);
          }
          continue;
        }
        depth--;
        if (depth > 0) {
          lowest[path[depth - 1]] = Math.min(lowest[path[depth - 1]], lowest[step]);
        }
        if (lowest[step] == order[step]) {
          int end = openCount;
          openCount = close(step, open, end);
          if (end - openCount > 1) {
            cycles.add(shortestThrough(first(open, openCount, end)));
          }
        }
      }
    }
    return cycles;
  }

  private int enter(int step) {
    order[step] = seen;
    lowest[step] = seen;
    seen++;
    return step;
  }

  /** Takes the component of a step off the stack of open steps; returns the stack's new height. */
  private int close(int root, int[] open, int height) {
    int top = height;
    int member;
    do {
      member = open[--top];
      component[member] = root;
    } while (member != root);
    return top;
  }

  private static int first(int[] open, int from, int to) {
    int first = open[from];
    for (int i = from + 1; i < to; i++) {
      first = Math.min(first, open[i]);
    }
    return first;
  }

  /** A breadth-first walk inside the component of a step until it is back at the step. */
  private int[] shortestThrough(int start) {
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    queue.add(start);
    while (true) {
      int step = queue.remove();
      for (int dependency : dependencies[step]) {
        if (dependency == start) {
          return wayTo(step, start);
        }
        if (component[dependency] == component[start] && cameFrom[dependency] == UNSEEN) {
          cameFrom[dependency] = step;
          queue.add(dependency);
        }
      }
    }
  }

  private int[] wayTo(int last, int start) {
    int length = 1;
    for (int step = last; step != start; step = cameFrom[step]) {
      length++;
    }
    int[] way = new int[length];
    for (int step = last; step != start; step = cameFrom[step]) {
      way[--length] = step;
    }
    way[0] = start;
    return way;
  }
}
