package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/** Decisions about failures: another attempt, another way, or the end. */
final class Failures {
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  Failures(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  /** A step that fails before it can start. */
  record Broken(int step, Failure failure) {}

  static Failure ofExpression(EvaluationException e) {
    String message = Failure.cut(String.valueOf(e.getMessage()), Failure.MESSAGE_CHARS);
    return new Failure(Failure.EXPRESSION, message, false);
  }

  /** The open attempt of a step has failed. */
  void fail(int step, Failure failure) {
    fail(step, failure, 0);
  }

  /**
   * The open attempt of a step has failed.
   *
   * @param retryAfterMs how long another attempt waits at least
   */
  void fail(int step, Failure failure, long retryAfterMs) {
    Chunk chunk = transition.chunk();
    if (chunk != null && chunk.batchSize() > 1) {
      steps.branches().failBatch(step, failure);
      return;
    }
    CompiledStep compiled = definition.step(step);
    boolean isCleanUp = compiled.group() != Group.MAIN;
    if ((state.outcome() == null || isCleanUp) && mayRetry(compiled, step, failure)) {
      long retryAtMs = retryAtMs(step, retryAfterMs);
      if (Deadlines.isDue(state.clocks(step).overallByMs(), retryAtMs)) {
        failForGood(step, outOfTime(compiled, failure));
        return;
      }
      Failure told = transition.room().shortened(failure);
      transition.record(new AttemptFailed(step, state.attempt(step), told, retryAtMs));
      transition.armTimer(retryAtMs);
    } else {
      failForGood(step, failure);
    }
  }

  /**
   * When the attempt after the current one of a step is due.
   *
   * @param retryAfterMs how long it waits at least, whatever the retry policy says
   */
  long retryAtMs(int step, long retryAfterMs) {
    long delayMs =
        BackOff.delayMs(
            definition.step(step).retry(),
            transition.workflowId(),
            step,
            state.attemptsOfRound(step));
    return Deadlines.after(transition.nowMs(), Math.max(delayMs, retryAfterMs));
  }

  private static Failure outOfTime(CompiledStep step, Failure last) {
    Failure timeout = Heartbeats.scheduleToClose(step.limits());
    String message =
        "no time for another attempt: %s; the last one failed of %s: %s"
            .formatted(timeout.message(), last.type(), last.message());
    return new Failure(timeout.type(), Failure.cut(message, Failure.MESSAGE_CHARS), false);
  }

  boolean mayRetry(CompiledStep step, int index, Failure failure) {
    RetryPolicy retry = step.retry();
    if (!failure.retryable() || state.attemptsOfRound(index) >= retry.maxAttempts()) {
      return false;
    }
    FailureRule rule = rule(step, failure);
    FailureRule.@Nullable Reaction reaction = rule == null ? null : rule.reaction();
    if (reaction instanceof FailureRule.Reaction.Retry) {
      return true;
    }
    return !(reaction instanceof FailureRule.Reaction.Fail)
        && !retry.nonRetryable().contains(failure.type());
  }

  /** A step has failed, and no other attempt follows. */
  void failForGood(int step, Failure why) {
    Failure failure = transition.room().shortened(why);
    CompiledStep compiled = definition.step(step);
    int attempt = state.attempt(step);
    Chunk chunk = transition.chunk();
    if (chunk != null && chunk.batchSize() > 1) {
      steps.branches().failBatch(step, new Failure(failure.type(), failure.message(), false));
      return;
    }
    if (chunk != null) {
      transition.record(
          new StepFailed(step, attempt, failure, Consequence.CONTINUE, CompiledDefinition.NO_STEP));
      return;
    }
    FailureRule rule = rule(compiled, failure);
    FailureRule.@Nullable Reaction reaction = rule == null ? null : rule.reaction();
    switch (reaction) {
      case FailureRule.Reaction.GoOn goOn ->
          transition.record(
              new StepFailed(
                  step, attempt, failure, Consequence.CONTINUE, CompiledDefinition.NO_STEP));
      case FailureRule.Reaction.Route route ->
          transition.record(
              new StepFailed(
                  step, attempt, failure, Consequence.ROUTE, definition.indexOf(route.step())));
      case FailureRule.Reaction.Fail fail -> failTheWorkflow(compiled, step, attempt, failure);
      case FailureRule.Reaction.Retry retry -> failTheWorkflow(compiled, step, attempt, failure);
      case null -> failTheWorkflow(compiled, step, attempt, failure);
    }
    steps.readiness().ended(step);
  }

  private void failTheWorkflow(CompiledStep compiled, int step, int attempt, Failure failure) {
    transition.record(new StepFailed(step, attempt, failure));
    Outcome known = state.outcome();
    boolean isNews = known == null || known.status() == WorkflowStatus.SUCCEEDED;
    if (compiled.group() != Group.COMPENSATION && isNews) {
      steps.ending().begin(new Outcome(WorkflowStatus.FAILED, ofStep(compiled, attempt, failure)));
    }
  }

  private static Failure ofStep(CompiledStep step, int attempt, Failure failure) {
    String message =
        Failure.cut(
            "step '%s', attempt %d: %s".formatted(step.id(), attempt, failure.message()),
            Failure.MESSAGE_CHARS);
    return new Failure(failure.type(), message, failure.retryable());
  }

  private static @Nullable FailureRule rule(CompiledStep step, Failure failure) {
    for (FailureRule rule : step.onFailure()) {
      if (rule.matches(failure.type())) {
        return rule;
      }
    }
    return null;
  }
}
