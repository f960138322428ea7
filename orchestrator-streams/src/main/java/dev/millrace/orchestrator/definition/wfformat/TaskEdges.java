package dev.millrace.orchestrator.definition.wfformat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The edges between tasks: the union of what parents and children say, since an edge that one end
 * names was a dependency when the workflow ran. One thread.
 */
final class TaskEdges {
  private final Map<String, WfDocument.Task> tasks;
  private final Map<String, String> idsByName = new HashMap<>();
  private final Map<String, Set<String>> parents = new LinkedHashMap<>();
  private int fromParents;
  private int fromChildren;
  private int duplicates;
  private int unknown;
  private int onlyFromParents;
  private int onlyFromChildren;

  TaskEdges(Map<String, WfDocument.Task> tasks) {
    this.tasks = tasks;
    tasks.forEach(
        (id, task) -> {
          if (task.name() != null) {
            idsByName.putIfAbsent(task.name(), id);
          }
          parents.put(id, new LinkedHashSet<>());
        });
    Set<Edge> seenByChild = new LinkedHashSet<>();
    Set<Edge> seenByParent = new LinkedHashSet<>();
    tasks.forEach(
        (id, task) -> {
          for (String parent : WfDocument.present(task.parents())) {
            add(seenByChild, resolve(parent), id);
          }
          for (String child : WfDocument.present(task.children())) {
            add(seenByParent, id, resolve(child));
          }
        });
    this.fromParents = seenByChild.size();
    this.fromChildren = seenByParent.size();
    this.onlyFromParents =
        (int) seenByChild.stream().filter(e -> !seenByParent.contains(e)).count();
    this.onlyFromChildren =
        (int) seenByParent.stream().filter(e -> !seenByChild.contains(e)).count();
    seenByChild.forEach(this::connect);
    seenByParent.forEach(this::connect);
  }

  private record Edge(String parent, String child) {}

  /** The task that a reference means: by id, else by name. */
  private @Nullable String resolve(String reference) {
    return tasks.containsKey(reference) ? reference : idsByName.get(reference);
  }

  private void add(Set<Edge> edges, @Nullable String parent, @Nullable String child) {
    if (parent == null || child == null) {
      unknown++;
    } else if (!edges.add(new Edge(parent, child))) {
      duplicates++;
    }
  }

  private void connect(Edge edge) {
    Objects.requireNonNull(parents.get(edge.child)).add(edge.parent);
  }

  /** The tasks that a task waits for, each once. */
  Set<String> parents(String taskId) {
    return Objects.requireNonNull(parents.get(taskId), taskId);
  }

  /** What was not taken over as it stands. A document may leave one of the two directions out. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (fromParents > 0 && fromChildren > 0) {
      note(notes, onlyFromParents, "%,d edges stand only in parents and were taken over");
      note(notes, onlyFromChildren, "%,d edges stand only in children and were taken over");
    }
    note(notes, duplicates, "%,d edges are named twice by one task and were taken over once");
    note(notes, unknown, "%,d references to tasks that are not in the document were left out");
    return notes;
  }

  private static void note(List<String> notes, int count, String text) {
    if (count > 0) {
      notes.add(text.formatted(count));
    }
  }
}
