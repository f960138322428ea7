package dev.millrace.orchestrator.core.definition;

import java.util.List;

/** The rules that every workflow definition must keep, wherever it comes from. Stateless. */
public final class DefinitionValidator {
  private DefinitionValidator() {}

  /** All that is wrong with a definition; empty when it may run. */
  public static List<Violation> validate(WorkflowDefinition definition) {
    return List.of();
  }
}
