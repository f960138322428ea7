package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Tells two definitions apart, field by field, in the words of the language. Name and version are
 * not looked at: two versions with the same content do not differ. Stateless.
 */
public final class DefinitionDiff {
  /** The field of a difference in the order of the steps that both definitions have. */
  public static final String ORDER = "order of steps";

  /** The fields that are no settings of the whole: its name, and what belongs to its steps. */
  private static final List<Field> APART =
      List.of(
          Field.OfDefinition.NAME,
          Field.OfDefinition.VERSION,
          Field.OfDefinition.QUEUE,
          Field.OfDefinition.STEPS,
          Field.OfDefinition.FINALLY);

  private DefinitionDiff() {}

  /** What became of a step or a field. */
  public enum Change {
    ADDED,
    REMOVED,
    CHANGED
  }

  /**
   * One difference.
   *
   * @param step id of the step; empty for a field of the definition as a whole
   * @param field its path, such as {@code retry.maxAttempts}; empty for a whole step
   * @param before its value, of strings, numbers, booleans, lists and maps; null when it was not
   *     there
   * @param after likewise
   */
  public record Difference(
      Change change, String step, String field, @Nullable Object before, @Nullable Object after) {}

  /**
   * All differences between two valid definitions: those of the definition as a whole, then those
   * of each step in the order of the first definition, then the steps that only the second has.
   */
  public static List<Difference> between(WorkflowDefinition before, WorkflowDefinition after) {
    List<Difference> differences = new ArrayList<>();
    compare("", ofWhole(before), ofWhole(after), differences);
    Map<String, Map<String, Object>> stepsBefore = stepsOf(before);
    Map<String, Map<String, Object>> stepsAfter = stepsOf(after);
    compareOrder(stepsBefore.keySet(), stepsAfter.keySet(), differences);
    stepsBefore.forEach(
        (id, fields) -> {
          Map<String, Object> now = stepsAfter.get(id);
          if (now == null) {
            differences.add(new Difference(Change.REMOVED, id, "", fields, null));
          } else {
            compare(id, flat(fields), flat(now), differences);
          }
        });
    stepsAfter.forEach(
        (id, fields) -> {
          if (!stepsBefore.containsKey(id)) {
            differences.add(new Difference(Change.ADDED, id, "", null, fields));
          }
        });
    return differences;
  }

  private static void compare(
      String step,
      Map<String, Object> before,
      Map<String, Object> after,
      List<Difference> differences) {
    Set<String> fields = new LinkedHashSet<>(before.keySet());
    fields.addAll(after.keySet());
    for (String field : fields) {
      Object was = before.get(field);
      Object is = after.get(field);
      if (!Objects.equals(was, is)) {
        Change change = was == null ? Change.ADDED : is == null ? Change.REMOVED : Change.CHANGED;
        differences.add(new Difference(change, step, field, was, is));
      }
    }
  }

  private static void compareOrder(
      Set<String> before, Set<String> after, List<Difference> differences) {
    List<String> was = before.stream().filter(after::contains).toList();
    List<String> is = after.stream().filter(before::contains).toList();
    if (!was.equals(is)) {
      differences.add(new Difference(Change.CHANGED, "", ORDER, was, is));
    }
  }

  private static Map<String, Object> ofWhole(WorkflowDefinition definition) {
    Map<String, Object> fields = printed(definition);
    for (Field apart : APART) {
      fields.remove(apart.text());
    }
    return flat(fields);
  }

  /** The fields of each step, with type and queue even where the text leaves them to a default. */
  private static Map<String, Map<String, Object>> stepsOf(WorkflowDefinition definition) {
    Map<String, Object> printed = printed(definition);
    Map<String, Map<String, Object>> steps = new LinkedHashMap<>();
    addSteps(steps, definition.steps(), printed.get(Field.OfDefinition.STEPS.text()));
    addSteps(steps, definition.finallySteps(), printed.get(Field.OfDefinition.FINALLY.text()));
    return steps;
  }

  private static void addSteps(
      Map<String, Map<String, Object>> steps,
      List<StepDefinition> source,
      @Nullable Object printedSteps) {
    List<?> printed = printedSteps instanceof List<?> list ? list : List.of();
    for (int i = 0; i < printed.size(); i++) {
      StepDefinition step = source.get(i);
      Map<String, Object> fields = new LinkedHashMap<>();
      if (step.action() instanceof StepAction.Work work) {
        fields.put(Field.OfStep.TYPE.text(), work.type());
        fields.put(Field.OfStep.QUEUE.text(), work.queue());
      }
      ((Map<?, ?>) printed.get(i))
          .forEach((field, value) -> fields.putIfAbsent(String.valueOf(field), value));
      fields.remove(Field.OfStep.ID.text());
      steps.put(step.id(), fields);
    }
  }

  /** The definition as it is printed, so that no field can be forgotten here. */
  private static Map<String, Object> printed(WorkflowDefinition definition) {
    LoadSettings ownText = LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
    Object read = new Load(ownText).loadFromString(DefinitionPrinter.print(definition));
    Map<String, Object> fields = new LinkedHashMap<>();
    ((Map<?, ?>) read).forEach((field, value) -> fields.put(String.valueOf(field), value));
    return fields;
  }

  /** The fields of objects by their path. */
  private static Map<String, Object> flat(Map<String, Object> fields) {
    Map<String, Object> flat = new LinkedHashMap<>();
    fields.forEach((field, value) -> flatten(field, value, flat));
    return flat;
  }

  private static void flatten(String path, Object value, Map<String, Object> into) {
    if (value instanceof Map<?, ?> object && !object.isEmpty()) {
      object.forEach((field, inner) -> flatten(path + "." + field, inner, into));
    } else {
      into.put(path, value);
    }
  }
}
