package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a valid definition says without effect. One use, one thread. */
final class DefinitionWarnings {
  private final WorkflowDefinition definition;
  private final SourceMap places;
  private final List<Problem> warnings = new ArrayList<>();

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
    List<StepDefinition> steps = definition.steps();
    if (!definition.retry().equals(RetryPolicy.NONE)
        && steps.stream().allMatch(step -> step.retry() != null)) {
      warn(
          WarningRule.UNUSED_RETRY,
          "retry",
          "every step has a retry policy of its own; remove this one or theirs");
    }
    for (int i = 0; i < steps.size(); i++) {
      StepDefinition step = steps.get(i);
      Duration timeout = definition.timeout();
      if (!timeout.isZero() && step.timeout().compareTo(timeout) >= 0) {
        warn(
            WarningRule.POINTLESS_TIMEOUT,
            "steps[%d].timeout".formatted(i),
            "the step may take %s but the workflow ends after %s; shorten the one or lengthen the other"
                .formatted(DurationText.print(step.timeout()), DurationText.print(timeout)));
      }
      RetryPolicy retry = step.retry();
      if (retry != null) {
        checkRetry("steps[%d].retry".formatted(i), retry);
      }
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

  private void warn(WarningRule rule, String path, String message) {
    if (warnings.size() < DefinitionParser.PROBLEMS) {
      Position at = places.find(path);
      warnings.add(
          new Problem(
              Problem.Severity.WARNING, at.line(), at.column(), path, rule.code(), message));
    }
  }
}
