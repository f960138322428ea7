package dev.millrace.orchestrator.core.expression;

import java.util.Set;

/**
 * What an expression looks at.
 *
 * @param input whether it looks at the workflow's input
 * @param steps ids of the steps at whose outputs it looks
 */
public record Reads(boolean input, Set<String> steps) {
  public static final Reads NOTHING = new Reads(false, Set.of());

  public Reads {
    steps = Set.copyOf(steps);
  }
}
