package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads a list of failure types. Stateless. */
final class FailureTypesReader {
  private FailureTypesReader() {}

  /**
   * The types of a list.
   *
   * @param rule what a list of too many breaks
   */
  static List<String> read(SourceValues values, SourceValue list, DefinitionRule rule)
      throws SourceRefusedException {
    List<String> types = new ArrayList<>();
    if (values.isA(
        SourceEvent.Kind.SEQUENCE, list, "list the failure types in brackets, like [A, B]")) {
      values.list(
          list,
          DefinitionLimits.NON_RETRYABLE,
          rule,
          item ->
              types.add(
                  Objects.requireNonNullElse(
                      values.text(item), DefinitionReader.UNREADABLE + item.item())));
    }
    return types;
  }
}
