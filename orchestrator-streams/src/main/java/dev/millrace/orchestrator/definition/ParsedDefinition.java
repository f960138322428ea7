package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.util.List;

/** What a definition's source came to. */
public sealed interface ParsedDefinition {
  /** All that was noticed, in the order of the source. */
  List<Problem> problems();

  /**
   * The source holds a definition that may run.
   *
   * @param problems warnings only
   */
  record Accepted(WorkflowDefinition definition, List<Problem> problems)
      implements ParsedDefinition {
    public Accepted {
      problems = List.copyOf(problems);
    }
  }

  /**
   * The source holds no definition that may run.
   *
   * @param problems one error at least, and no warnings
   */
  record Refused(List<Problem> problems) implements ParsedDefinition {
    public Refused {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("a refusal needs a problem");
      }
    }
  }
}
