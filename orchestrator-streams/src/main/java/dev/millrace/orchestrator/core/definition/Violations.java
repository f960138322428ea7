package dev.millrace.orchestrator.core.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Gathers violations up to {@link DefinitionLimits#VIOLATIONS} and counts the rest. One thread. */
public final class Violations {
  private final List<Violation> listed = new ArrayList<>();
  private int omitted;

  /** Path and message are made only when the violation is listed. */
  public void add(DefinitionRule rule, Supplier<String> path, Supplier<String> message) {
    if (listed.size() < DefinitionLimits.VIOLATIONS) {
      listed.add(new Violation(path.get(), rule.code(), message.get()));
    } else {
      omitted++;
    }
  }

  /** What was gathered; the last tells how many there are besides. */
  public List<Violation> toList() {
    if (omitted > 0) {
      listed.add(
          new Violation(
              "",
              DefinitionRule.MORE_VIOLATIONS.code(),
              "and %,d more violations; only the first %d are listed: correct those and validate again"
                  .formatted(omitted, DefinitionLimits.VIOLATIONS)));
    }
    return List.copyOf(listed);
  }
}
