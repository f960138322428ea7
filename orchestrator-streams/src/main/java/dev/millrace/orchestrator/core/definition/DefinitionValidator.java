package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rules that every workflow definition must keep, wherever it comes from. Takes time linear in
 * steps and dependencies. Stateless.
 */
public final class DefinitionValidator {
  /** Most steps of a ring that a message spells out; of a longer one it shows both ends. */
  static final int SHOWN_OF_A_CYCLE = 100;

  /** Looking for a near name takes a pass over all steps, so only the first of many get one. */
  private static final int NEAR_NAMES = 20;

  private final WorkflowDefinition definition;
  private final Violations violations = new Violations();
  private final Map<String, Integer> indexes;
  private int nearNames;

  private DefinitionValidator(WorkflowDefinition definition) {
    this.definition = definition;
    this.indexes = LinkedHashMap.newLinkedHashMap(definition.steps().size());
  }

  /**
   * All that is wrong with a definition; empty when it may run. At most {@link
   * DefinitionLimits#VIOLATIONS} are listed, then one more tells how many there are besides. A
   * definition with too many steps or dependencies is not looked at any further than that.
   */
  public static List<Violation> validate(WorkflowDefinition definition) {
    DefinitionValidator validator = new DefinitionValidator(definition);
    validator.check();
    return validator.violations.toList();
  }

  private void check() {
    List<StepDefinition> steps = definition.steps();
    if (!DefinitionLimits.isName(definition.name())) {
      badName("name", definition.name());
    }
    if (definition.version() < 1) {
      violations.add(
          DefinitionRule.BAD_VERSION,
          () -> "version",
          () -> "version is %d; it must be 1 or more".formatted(definition.version()));
    }
    checkTimeout("timeout", definition.timeout());
    new RetryRules(violations, "retry").check(definition.retry());
    if (steps.isEmpty()) {
      violations.add(
          DefinitionRule.NO_STEPS,
          () -> "steps",
          () -> "the definition has no steps; give it at least one");
    }
    if (isTooLarge(steps)) {
      return;
    }
    for (int i = 0; i < steps.size(); i++) {
      checkStep(i, steps.get(i));
    }
    checkCycles(checkDependencies(steps));
  }

  private boolean isTooLarge(List<StepDefinition> steps) {
    if (steps.size() > DefinitionLimits.STEPS) {
      violations.add(
          DefinitionRule.TOO_MANY_STEPS, () -> "steps", () -> tooManySteps(steps.size()));
      return true;
    }
    long dependencies = steps.stream().mapToLong(step -> step.dependsOn().size()).sum();
    if (dependencies > DefinitionLimits.DEPENDENCIES) {
      violations.add(
          DefinitionRule.TOO_MANY_DEPENDENCIES,
          () -> "steps",
          () ->
              "the steps have %,d dependencies in all; at most %,d are allowed: let a joining step stand between groups of steps that depend on each other"
                  .formatted(dependencies, DefinitionLimits.DEPENDENCIES));
      return true;
    }
    return false;
  }

  private static String tooManySteps(int steps) {
    return "the definition has %,d steps; at most %,d are allowed: split it into several workflows"
        .formatted(steps, DefinitionLimits.STEPS);
  }

  private void checkStep(int index, StepDefinition step) {
    if (!DefinitionLimits.isName(step.id())) {
      badName("steps[%d].id".formatted(index), step.id());
    }
    // A missing type is the id, and need not be wrong twice.
    if (!step.type().equals(step.id()) && !DefinitionLimits.isName(step.type())) {
      badName("steps[%d].type".formatted(index), step.type());
    }
    if (!DefinitionLimits.isQueue(step.queue())) {
      violations.add(
          DefinitionRule.BAD_QUEUE,
          () -> "steps[%d].queue".formatted(index),
          () ->
              "%s is not a queue name; use 1 to %d lower-case letters, digits and hyphens"
                  .formatted(Excerpt.of(step.queue()), DefinitionLimits.QUEUE_CHARS));
    }
    if (!step.timeout().isZero()) {
      checkTimeout("steps[%d].timeout".formatted(index), step.timeout());
    }
    RetryPolicy retry = step.retry();
    if (retry != null) {
      new RetryRules(violations, "steps[%d].retry".formatted(index)).check(retry);
    }
    Integer first = indexes.putIfAbsent(step.id(), index);
    if (first != null) {
      violations.add(
          DefinitionRule.DUPLICATE_STEP,
          () -> "steps[%d].id".formatted(index),
          () ->
              "step id %s is taken by steps[%d]; give every step an id of its own"
                  .formatted(Excerpt.of(step.id()), first));
    }
  }

  private void badName(String path, String text) {
    violations.add(
        DefinitionRule.BAD_NAME,
        () -> path,
        () ->
            "%s is not a name; use 1 to %d letters, digits, underscores, dots and hyphens, the first of them a letter, digit or underscore"
                .formatted(Excerpt.of(text), DefinitionLimits.NAME_CHARS));
  }

  private void checkTimeout(String path, Duration timeout) {
    if (!timeout.isZero() && !RetryRules.isInRange(timeout)) {
      violations.add(
          DefinitionRule.TIMEOUT_RANGE,
          () -> path,
          () ->
              "timeout is %s; use whole milliseconds from 1ms to %dd, or leave it out to have none"
                  .formatted(timeout, DefinitionLimits.LONGEST.toDays()));
    }
  }

  /** Reports dependencies that are none; the others come back as indexes. */
  private int[][] checkDependencies(List<StepDefinition> steps) {
    int[][] dependencies = new int[steps.size()][];
    Set<String> named = new HashSet<>();
    for (int i = 0; i < dependencies.length; i++) {
      StepDefinition step = steps.get(i);
      int[] found = new int[step.dependsOn().size()];
      int count = 0;
      named.clear();
      for (int j = 0; j < found.length; j++) {
        String dependency = step.dependencyIds().get(j);
        Integer target = indexes.get(dependency);
        if (!named.add(dependency)) {
          dependencyViolation(
              DefinitionRule.DUPLICATE_DEPENDENCY, i, j, "names ", " twice; name it once");
        } else if (dependency.equals(step.id())) {
          dependencyViolation(
              DefinitionRule.SELF_DEPENDENCY,
              i,
              j,
              "depends on itself, ",
              ", and could never start; remove the dependency");
        } else if (target == null) {
          unknownDependency(i, j, dependency);
        } else {
          found[count++] = target;
        }
      }
      dependencies[i] = Arrays.copyOf(found, count);
    }
    return dependencies;
  }

  private void unknownDependency(int step, int index, String dependency) {
    String nearest =
        nearNames++ < NEAR_NAMES
            ? NearestName.among(indexes.keySet(), dependency)
                .map(name -> "; did you mean %s?".formatted(Excerpt.of(name)))
                .orElse("; add that step or remove the dependency")
            : "; add that step or remove the dependency";
    dependencyViolation(
        DefinitionRule.UNKNOWN_DEPENDENCY,
        step,
        index,
        "depends on ",
        ", which is not a step of this definition" + nearest);
  }

  private void dependencyViolation(
      DefinitionRule rule, int index, int at, String before, String after) {
    StepDefinition step = definition.steps().get(index);
    violations.add(
        rule,
        () -> "steps[%d].dependsOn[%d]".formatted(index, at),
        () ->
            "step %s %s%s%s"
                .formatted(
                    Excerpt.of(step.id()),
                    before,
                    Excerpt.of(step.dependencyIds().get(at)),
                    after));
  }

  private void checkCycles(int[][] dependencies) {
    for (int[] cycle : new CycleFinder(dependencies).find()) {
      violations.add(
          DefinitionRule.CYCLE,
          () -> "steps[%d].dependsOn".formatted(cycle[0]),
          () ->
              "the steps %s wait for each other (each depends on the next) and could never start; remove one of these %,d dependencies"
                  .formatted(spell(cycle), cycle.length));
    }
  }

  private String spell(int[] cycle) {
    List<String> names = new ArrayList<>();
    if (cycle.length <= SHOWN_OF_A_CYCLE) {
      Arrays.stream(cycle).mapToObj(this::idOf).forEach(names::add);
    } else {
      int shownAtEachEnd = SHOWN_OF_A_CYCLE / 2;
      IntStream.range(0, shownAtEachEnd).mapToObj(i -> idOf(cycle[i])).forEach(names::add);
      names.add("... %,d more ...".formatted(cycle.length - 2 * shownAtEachEnd));
      IntStream.range(cycle.length - shownAtEachEnd, cycle.length)
          .mapToObj(i -> idOf(cycle[i]))
          .forEach(names::add);
    }
    names.add(idOf(cycle[0]));
    return names.stream().collect(Collectors.joining(" -> "));
  }

  private String idOf(int index) {
    String id = definition.steps().get(index).id();
    return DefinitionLimits.isName(id) ? id : Excerpt.of(id);
  }
}
