package dev.millrace.orchestrator.core.expression;

import java.util.Set;

/**
 * What an expression looks at.
 *
 * @param input whether it looks at the workflow's input
 * @param steps ids of the steps at whose outputs it looks
 * @param item whether it looks at the item at hand, or at its place
 */
public record Reads(boolean input, Set<String> steps, boolean item) {
  public static final Reads NOTHING = new Reads(false, Set.of());

  public Reads {
    steps = Set.copyOf(steps);
  }

  /** What looks at no item. */
  public Reads(boolean input, Set<String> steps) {
    this(input, steps, false);
  }
}
