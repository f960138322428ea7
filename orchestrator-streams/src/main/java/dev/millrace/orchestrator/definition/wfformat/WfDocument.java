package dev.millrace.orchestrator.definition.wfformat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a WfFormat document that are read; what is missing in the document is null. */
record WfDocument(
    @Nullable String name, @Nullable String schemaVersion, @Nullable Workflow workflow) {

  /**
   * The workflow.
   *
   * @param specification tasks and edges, since 1.5
   * @param execution run times, since 1.5
   * @param tasks tasks with edges and run times, up to 1.4
   */
  record Workflow(
      @Nullable TaskList specification,
      @Nullable TaskList execution,
      @Nullable List<@Nullable Task> tasks) {}

  record TaskList(@Nullable List<@Nullable Task> tasks) {}

  /**
   * One task.
   *
   * @param name what parents and children name up to 1.3
   * @param runtime the run time in seconds up to 1.3
   */
  record Task(
      @Nullable String id,
      @Nullable String name,
      @Nullable List<@Nullable String> parents,
      @Nullable List<@Nullable String> children,
      @Nullable Double runtimeInSeconds,
      @Nullable Double runtime) {

    @Nullable Double seconds() {
      return runtimeInSeconds == null ? runtime : runtimeInSeconds;
    }
  }

  /** The tasks that carry the edges. */
  List<Task> specified() {
    if (workflow == null) {
      return List.of();
    }
    return present(workflow.specification == null ? workflow.tasks : workflow.specification.tasks);
  }

  /** The tasks that carry the run times. */
  List<Task> executed() {
    if (workflow == null) {
      return List.of();
    }
    return present(workflow.execution == null ? workflow.tasks : workflow.execution.tasks);
  }

  static <T> List<T> present(@Nullable List<@Nullable T> items) {
    List<T> present = new ArrayList<>();
    if (items != null) {
      for (T item : items) {
        if (item != null) {
          present.add(item);
        }
      }
    }
    return present;
  }
}
