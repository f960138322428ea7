package dev.millrace.orchestrator.core.graph;

/**
 * The edges of a graph in compressed sparse rows: those of node {@code n} are {@code target(i)} for
 * {@code i} from {@code start(n)} to {@code end(n)}, exclusive. Immutable.
 */
public final class Adjacency {
  private final int[] offsets;
  private final int[] targets;

  private Adjacency(int[] offsets, int[] targets) {
    this.offsets = offsets;
    this.targets = targets;
  }

  static Adjacency of(int[][] rows) {
    int[] offsets = new int[rows.length + 1];
    for (int node = 0; node < rows.length; node++) {
      offsets[node + 1] = offsets[node] + rows[node].length;
    }
    int[] targets = new int[offsets[rows.length]];
    for (int node = 0; node < rows.length; node++) {
      System.arraycopy(rows[node], 0, targets, offsets[node], rows[node].length);
    }
    return new Adjacency(offsets, targets);
  }

  /** The same edges the other way round, each row in ascending order. */
  Adjacency transposed() {
    int nodes = offsets.length - 1;
    int[] transposedOffsets = new int[nodes + 1];
    for (int target : targets) {
      transposedOffsets[target + 1]++;
    }
    for (int node = 0; node < nodes; node++) {
      transposedOffsets[node + 1] += transposedOffsets[node];
    }
    int[] next = transposedOffsets.clone();
    int[] transposedTargets = new int[targets.length];
    for (int node = 0; node < nodes; node++) {
      for (int i = start(node); i < end(node); i++) {
        transposedTargets[next[targets[i]]++] = node;
      }
    }
    return new Adjacency(transposedOffsets, transposedTargets);
  }

  public int start(int node) {
    return offsets[node];
  }

  public int end(int node) {
    return offsets[node + 1];
  }

  public int target(int edge) {
    return targets[edge];
  }

  /** How many edges there are. */
  public int size() {
    return targets.length;
  }

  /** How many edges leave a node. */
  public int degree(int node) {
    return offsets[node + 1] - offsets[node];
  }
}
