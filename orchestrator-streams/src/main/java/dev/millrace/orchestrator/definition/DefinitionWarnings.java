package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.StepPath;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a valid definition says without effect. One use, one thread. */
final class DefinitionWarnings {
  private final WorkflowDefinition definition;
  private final SourceMap places;
  private final List<Problem> warnings = new ArrayList<>();
  private final Map<String, Integer> routesTo = new HashMap<>();

  private DefinitionWarnings(WorkflowDefinition definition, SourceMap places) {
    this.definition = definition;
    this.places = places;
  }

  /** The first {@link DefinitionParser#PROBLEMS} warnings. */
  static List<Problem> of(WorkflowDefinition definition, SourceMap places) {
    DefinitionWarnings warnings = new DefinitionWarnings(definition, places);
    warnings.check();
    return warnings.warnings;
  }

  private void check() {
    checkRetry("retry", definition.retry());
    if (!definition.retry().equals(RetryPolicy.NONE)
        && definition.steps().stream().noneMatch(DefinitionWarnings::usesRetryOfDefinition)
        && definition.finallySteps().stream()
            .noneMatch(DefinitionWarnings::usesRetryOfDefinition)) {
      warn(
          WarningRule.UNUSED_RETRY,
          "retry",
          "every step has a retry policy of its own, or is never tried again; remove this one or theirs");
    }
    countRoutes(definition.steps());
    countRoutes(definition.finallySteps());
    checkSteps("steps", definition.steps());
    checkSteps("finally", definition.finallySteps());
  }

  /** Only what a worker or another workflow runs is tried again. */
  private static boolean isDispatched(StepDefinition step) {
    return step.action() instanceof StepAction.Work
        || step.action() instanceof StepAction.StartChild;
  }

  private static boolean usesRetryOfDefinition(StepDefinition step) {
    return (isDispatched(step) && step.retry() == null)
        || (step.compensation() != null && step.compensation().retry() == null);
  }

  private void countRoutes(List<StepDefinition> steps) {
    for (StepDefinition step : steps) {
      step.onFailure().stream()
          .map(FailureRule::reaction)
          .filter(FailureRule.Reaction.Route.class::isInstance)
          .map(reaction -> ((FailureRule.Reaction.Route) reaction).step())
          .distinct()
          .forEach(target -> routesTo.merge(target, 1, Integer::sum));
    }
  }

  private void checkSteps(String part, List<StepDefinition> steps) {
    for (int i = 0; i < steps.size(); i++) {
      StepDefinition step = steps.get(i);
      StepPath path = new StepPath(part, i);
      checkTimeout(step, path);
      RetryPolicy retry = step.retry();
      if (retry != null && isDispatched(step)) {
        checkRetry(path.of("retry"), retry);
      }
      int edges = step.dependsOn().size() + routesTo.getOrDefault(step.id(), 0);
      new StepWarnings(this, step, path).check(edges, isDispatched(step));
    }
  }

  private void checkTimeout(StepDefinition step, StepPath path) {
    Duration timeout = definition.timeout();
    Duration startToClose = step.timeouts().startToClose();
    if (!timeout.isZero() && startToClose.compareTo(timeout) >= 0) {
      warn(
          WarningRule.POINTLESS_TIMEOUT,
          path.of("timeout"),
          "the step may take %s but the workflow ends after %s; shorten the one or lengthen the other"
              .formatted(DurationText.print(startToClose), DurationText.print(timeout)));
    }
  }

  private void checkRetry(String path, RetryPolicy retry) {
    if (retry.maxAttempts() == 1
        && !retry.equals(RetryPolicy.NONE)
        && !isDefaultButAttempts(retry)) {
      warn(
          WarningRule.POINTLESS_RETRY,
          path,
          "with maxAttempts 1 there is no second attempt and the other fields say nothing; raise it or remove them");
    }
    Duration timeout = definition.timeout();
    double shortestWaitMs = retry.initialInterval().toMillis() * (1 - retry.jitter());
    if (retry.maxAttempts() > 1 && !timeout.isZero() && shortestWaitMs >= timeout.toMillis()) {
      warn(
          WarningRule.RETRY_AFTER_TIMEOUT,
          path,
          "the second attempt waits for at least %.0f ms but the workflow ends after %s; shorten initialInterval"
              .formatted(shortestWaitMs, DurationText.print(timeout)));
    }
  }

  private static boolean isDefaultButAttempts(RetryPolicy retry) {
    return retry.equals(
        new RetryPolicy(
            1,
            RetryDefaults.INITIAL_INTERVAL,
            RetryDefaults.COEFFICIENT,
            RetryDefaults.maxInterval(RetryDefaults.INITIAL_INTERVAL),
            RetryDefaults.JITTER,
            List.of()));
  }

  void warn(WarningRule rule, String path, String message) {
    if (warnings.size() < DefinitionParser.PROBLEMS) {
      Position at = places.find(path);
      warnings.add(
          new Problem(
              Problem.Severity.WARNING, at.line(), at.column(), path, rule.code(), message));
    }
  }
}
