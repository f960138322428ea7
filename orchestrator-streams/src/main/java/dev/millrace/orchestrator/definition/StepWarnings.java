package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.StepPath;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.List;

/** What one step of a valid definition says without effect. One use, one thread. */
final class StepWarnings {
  private final DefinitionWarnings warnings;
  private final StepDefinition step;
  private final StepPath path;

  StepWarnings(DefinitionWarnings warnings, StepDefinition step, StepPath path) {
    this.warnings = warnings;
    this.step = step;
    this.path = path;
  }

  /**
   * Warns of what has no effect.
   *
   * @param edges how many dependencies and routes lead to the step
   * @param isDispatched whether a worker or another workflow runs it
   */
  void check(int edges, boolean isDispatched) {
    checkTimeouts();
    if (step.join() != null && edges < 2) {
      warn(
          WarningRule.POINTLESS_JOIN,
          "join",
          "with %d dependencies there is nothing to join; remove it".formatted(edges));
    }
    if (step.repeat() != null && step.repeat().max() == 1) {
      warn(
          WarningRule.POINTLESS_REPEAT,
          "repeat.max",
          "with one round the step never repeats, and fails when its condition does not hold; raise max");
    }
    ForEach forEach = step.forEach();
    if (forEach != null && forEach.percent() && forEach.tolerated() == 100) {
      warn(
          WarningRule.POINTLESS_TOLERATE,
          "forEach.tolerate",
          "the step succeeds though every item fails; lower it, or use onFailure: continue");
    }
    if (step.retry() != null && !isDispatched) {
      warn(
          WarningRule.POINTLESS_RETRY,
          "retry",
          "only what a worker or another workflow runs is tried again; remove it");
    }
    checkWindow(isDispatched);
    checkFailureRules();
  }

  private void checkTimeouts() {
    Timeouts timeouts = step.timeouts();
    Duration attempt = timeouts.startToClose();
    if (!attempt.isZero()
        && (step.action() instanceof StepAction.SetValue
            || step.action() instanceof StepAction.Choose)) {
      warn(
          WarningRule.POINTLESS_TIMEOUT,
          "timeout",
          "the engine computes the step at once; remove it");
    }
    if (!attempt.isZero() && timeouts.heartbeat().compareTo(attempt) >= 0) {
      warn(
          WarningRule.POINTLESS_HEARTBEAT,
          "heartbeat",
          "a sign of life is asked for every %s but an attempt may take no longer than %s; shorten it or remove it"
              .formatted(DurationText.print(timeouts.heartbeat()), DurationText.print(attempt)));
    }
    Duration whole = timeouts.scheduleToClose();
    if (!whole.isZero() && attempt.compareTo(whole) >= 0) {
      warn(
          WarningRule.POINTLESS_TIMEOUT,
          "timeout",
          "an attempt may take %s but the step ends after %s; shorten it or lengthen scheduleToClose"
              .formatted(DurationText.print(attempt), DurationText.print(whole)));
    }
  }

  private void checkWindow(boolean isDispatched) {
    DeliveryWindow window = step.window();
    if (window == null) {
      return;
    }
    if (!isDispatched) {
      warn(
          WarningRule.POINTLESS_WINDOW,
          "window",
          "only what a worker or another workflow runs waits for its window; remove it");
    } else if (window.days().size() == DayOfWeek.values().length
        && window.from().equals(window.to())) {
      warn(
          WarningRule.POINTLESS_WINDOW,
          "window",
          "the window is open all week; name days, or from and to");
    }
  }

  private void checkFailureRules() {
    List<FailureRule> rules = step.onFailure();
    for (int i = 0; i < rules.size() - 1; i++) {
      if (rules.get(i).types().isEmpty()) {
        warn(
            WarningRule.UNREACHABLE_RULE,
            "onFailure[%d]".formatted(i + 1),
            "the rule before it holds for every failure; put that one last");
        return;
      }
    }
  }

  private void warn(WarningRule rule, String field, String message) {
    warnings.warn(rule, path.of(field), message);
  }
}
