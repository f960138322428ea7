package dev.millrace.orchestrator.definition.wfformat;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Gives every task a step id of its own. A task id that is a name is kept; of another one the
 * characters that no name has become underscores, and a number is appended where the result is
 * taken. One thread.
 */
final class StepNames {
  private final Map<String, String> byTask = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();

  /**
   * @param taskIds all of them, each once
   */
  StepNames(Set<String> taskIds) {
    taskIds.stream().filter(DefinitionLimits::isName).forEach(taken::add);
    for (String taskId : taskIds) {
      byTask.put(taskId, DefinitionLimits.isName(taskId) ? taskId : free(nameLike(taskId)));
    }
  }

  /** The step ids by task id, in the order of the tasks. */
  Map<String, String> byTask() {
    return byTask;
  }

  /** The nearest name to a text. */
  static String nameLike(String text) {
    String name = text.replaceAll("[^A-Za-z0-9_.-]", "_");
    if (!name.matches("[A-Za-z0-9_].*")) {
      name = "_" + name;
    }
    return name.substring(0, Math.min(name.length(), DefinitionLimits.NAME_CHARS));
  }

  private String free(String name) {
    String candidate = name;
    for (int i = 2; !taken.add(candidate); i++) {
      String suffix = "-" + i;
      candidate =
          name.substring(0, Math.min(name.length(), DefinitionLimits.NAME_CHARS - suffix.length()))
              + suffix;
    }
    return candidate;
  }
}
