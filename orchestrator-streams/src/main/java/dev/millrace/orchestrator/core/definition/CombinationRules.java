package dev.millrace.orchestrator.core.definition;

import java.util.function.Supplier;

/** Which settings of a step go with each other and with what it does. One use, one thread. */
final class CombinationRules {
  private final Violations violations;
  private final StepDefinition step;
  private final StepPath path;
  private final boolean isFinally;

  CombinationRules(Violations violations, StepDefinition step, StepPath path, boolean isFinally) {
    this.violations = violations;
    this.step = step;
    this.path = path;
    this.isFinally = isFinally;
  }

  void check() {
    boolean isWork = step.action() instanceof StepAction.Work;
    boolean isChild = step.action() instanceof StepAction.StartChild;
    refuse(
        !isWork && step.cache() != null,
        "cache",
        "only the result of a step that a worker runs can be kept; remove it");
    refuse(
        !isWork && !step.timeouts().heartbeat().isZero(),
        "heartbeat",
        "only a worker gives signs of life; remove it");
    refuse(
        !isWork && !step.timeouts().scheduleToStart().isZero(),
        "scheduleToStart",
        "only a step that a worker runs waits for a worker; remove it");
    refuse(
        !isWork && !step.timeouts().scheduleToClose().isZero(),
        "scheduleToClose",
        "only the attempts of a worker are limited together; remove it, or use timeout");
    refuse(
        step.compensation() != null && !(isWork || isChild),
        "compensate",
        "only what a worker or another workflow has done can be undone; remove it");
    refuse(
        step.compensation() != null && isFinally,
        "compensate",
        "finally steps run after all compensations and are not undone; remove it");
    refuse(
        step.repeat() != null && !isRepeatable(step.action()),
        "repeat",
        "the step would come to the same again; repeat one that a worker, a signal or another workflow answers");
    checkForEach(isWork, isChild);
  }

  private static boolean isRepeatable(StepAction action) {
    return switch (action) {
      case StepAction.Work work -> true;
      case StepAction.AwaitSignal signal -> true;
      case StepAction.StartChild child -> true;
      case StepAction.SetValue set -> false;
      case StepAction.Delay delay -> false;
      case StepAction.Until until -> false;
      case StepAction.Choose choose -> false;
    };
  }

  private void checkForEach(boolean isWork, boolean isChild) {
    ForEach forEach = step.forEach();
    if (forEach == null) {
      return;
    }
    refuse(
        !isWork && !isChild,
        "forEach",
        "only a step that a worker or another workflow runs can run for each item; remove it");
    refuse(
        isChild && forEach.batchSize() != 1,
        "forEach.batchSize",
        "each item has a workflow of its own; remove it, or list batches as items");
    refuse(
        step.action() instanceof StepAction.StartChild child && child.detached(),
        "workflow.detached",
        "without a bound as many workflows would be started at once as there are items; remove it");
    refuse(
        step.repeat() != null,
        "repeat",
        "a step for each item cannot repeat; remove one of forEach and repeat");
    refuse(
        step.cache() != null,
        "cache",
        "the results of a step for each item are not kept; remove one of forEach and cache");
  }

  private void refuse(boolean isRefused, String field, String why) {
    if (isRefused) {
      Supplier<String> at = () -> path.of(field);
      violations.add(
          DefinitionRule.NOT_TOGETHER,
          at,
          () -> "%s of step %s: %s".formatted(field, Excerpt.of(step.id()), why));
    }
  }
}
