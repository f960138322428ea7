package dev.millrace.orchestrator.core.definition;

import java.util.List;
import java.util.stream.Stream;

/**
 * The rules that every workflow definition must keep, wherever it comes from, but for those of its
 * expressions. Takes time linear in steps and dependencies. Stateless.
 */
public final class DefinitionValidator {
  private final WorkflowDefinition definition;
  private final Violations violations = new Violations();
  private final ValueRules values = new ValueRules(violations);

  private DefinitionValidator(WorkflowDefinition definition) {
    this.definition = definition;
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
    values.name(() -> "name", definition.name());
    if (definition.version() < 1) {
      violations.add(
          DefinitionRule.BAD_VERSION,
          () -> "version",
          () -> "version is %d; it must be 1 or more".formatted(definition.version()));
    }
    values.durationOrNone(
        DefinitionRule.TIMEOUT_RANGE, () -> "timeout", "timeout", definition.timeout());
    new RetryRules(violations, values, "retry").check(definition.retry());
    if (definition.maxParallel() != 0) {
      values.range(
          DefinitionRule.MAX_PARALLEL,
          () -> "maxParallel",
          "maxParallel",
          definition.maxParallel(),
          1,
          DefinitionLimits.MAX_PARALLEL);
    }
    values.template(() -> "output", definition.output());
    if (definition.steps().isEmpty()) {
      violations.add(
          DefinitionRule.NO_STEPS,
          () -> "steps",
          () -> "the definition has no steps; give it at least one");
    }
    if (isTooLarge()) {
      return;
    }
    checkSteps("steps", definition.steps(), false);
    checkSteps("finally", definition.finallySteps(), true);
    new EdgeRules(violations, values, definition).check();
    values.expressionCount();
  }

  private boolean isTooLarge() {
    int steps = definition.steps().size() + definition.finallySteps().size();
    if (steps > DefinitionLimits.STEPS) {
      violations.add(DefinitionRule.TOO_MANY_STEPS, () -> "steps", () -> tooManySteps(steps));
      return true;
    }
    long edges =
        Stream.concat(definition.steps().stream(), definition.finallySteps().stream())
            .mapToLong(DefinitionValidator::edges)
            .sum();
    if (edges > DefinitionLimits.DEPENDENCIES) {
      violations.add(
          DefinitionRule.TOO_MANY_DEPENDENCIES,
          () -> "steps",
          () ->
              "the steps have %,d dependencies in all; at most %,d are allowed: let a joining step stand between groups of steps that depend on each other"
                  .formatted(edges, DefinitionLimits.DEPENDENCIES));
      return true;
    }
    return false;
  }

  private static long edges(StepDefinition step) {
    long edges = step.dependsOn().size();
    for (FailureRule rule : step.onFailure()) {
      if (rule.reaction() instanceof FailureRule.Reaction.Route) {
        edges++;
      }
    }
    return edges;
  }

  private static String tooManySteps(int steps) {
    return "the definition has %,d steps; at most %,d are allowed: split it into several workflows"
        .formatted(steps, DefinitionLimits.STEPS);
  }

  private void checkSteps(String part, List<StepDefinition> steps, boolean isFinally) {
    for (int i = 0; i < steps.size(); i++) {
      StepPath path = new StepPath(part, i);
      new StepRules(violations, values, steps.get(i), path).check();
      new CombinationRules(violations, steps.get(i), path, isFinally).check();
    }
  }
}
