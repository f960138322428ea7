package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** A definition that is made in code breaks the rules: a mistake of the code that makes it. */
public final class InvalidDefinitionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<Violation> violations;

  /** Refuses a definition for all of its violations. */
  public InvalidDefinitionException(String name, List<Violation> violations) {
    super(
        violations.stream()
            .map(
                violation ->
                    "%n  %s: %s: %s"
                        .formatted(violation.path(), violation.code(), violation.message()))
            .collect(
                Collectors.joining(
                    "", "workflow definition %s is invalid:".formatted(Excerpt.of(name)), "")));
    this.violations = List.copyOf(violations);
  }

  /** All that is wrong with the definition. */
  public List<Violation> violations() {
    return violations;
  }
}
