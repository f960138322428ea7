package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.ReferenceStep.Part;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What comes of the steps of the reference: success, another round or attempt, failure. */
final class ReferenceResults {
  private final ReferenceRun run;
  private final Map<String, ReferenceStep> steps;
  private final ReferenceScope scope;
  private final CoreChoices choices;

  ReferenceResults(
      ReferenceRun run,
      Map<String, ReferenceStep> steps,
      ReferenceScope scope,
      CoreChoices choices) {
    this.run = run;
    this.steps = steps;
    this.scope = scope;
    this.choices = choices;
  }

  /** A step will not run. */
  boolean skip(ReferenceStep step, String reason) {
    step.come(StepStatus.SKIPPED);
    run.tell(Told.skipped(step.id(), reason));
    if (step.part == Part.COMPENSATION) {
      run.end().toUndo().remove(step.undoes());
    }
    return true;
  }

  /** A worker has done what it was asked for, once. */
  void roundSucceeded(ReferenceStep step, @Nullable Payload output) {
    Repeat repeat = step.definition.repeat();
    boolean isAwaitedOnly = step.part == Part.MAIN && run.end().outcome() != null;
    if (repeat == null || isAwaitedOnly) {
      succeededAndKept(step, output);
      return;
    }
    step.output = output;
    try {
      if (scope.holds(repeat.until(), output)) {
        succeededAndKept(step, output);
        return;
      }
    } catch (EvaluationException e) {
      failed(step, Failure.EXPRESSION);
      return;
    }
    step.output = null;
    step.rounds++;
    if (step.rounds == repeat.max()) {
      step.rounds--;
      failed(step, Failure.REPEAT_EXHAUSTED);
      return;
    }
    long delayMs = repeat.delay().toMillis();
    long overallByMs = step.overallByMs;
    step.come(StepStatus.BACKING_OFF);
    step.overallByMs = overallByMs;
    step.attemptsOfRound = 0;
    step.deadlineMs = delayMs == 0 ? 0 : run.nowMs() + delayMs;
    run.tell(Told.repeated(step.id(), step.attempt, step.deadlineMs));
    if (delayMs == 0) {
      run.start(step);
    }
  }

  private void succeededAndKept(ReferenceStep step, @Nullable Payload output) {
    List<@Nullable Object> content = step.keptUnder;
    succeeded(step, output);
    if (content != null) {
      run.cache().keep(step, content, output);
    }
  }

  void succeeded(ReferenceStep step, @Nullable Payload output) {
    succeeded(step, output, false);
  }

  /** A step takes the result of another one. */
  void succeededAsAnother(ReferenceStep step, @Nullable Payload output) {
    succeeded(step, output, true);
  }

  private void succeeded(ReferenceStep step, @Nullable Payload output, boolean isOfAnother) {
    step.output = output;
    Set<String> broken = new LinkedHashSet<>();
    for (ReferenceStep other : steps.values()) {
      Dependency dependency = other.dependencyOn(step.id());
      if (dependency != null && other.status == StepStatus.WAITING) {
        try {
          if (!isTaken(dependency, output)) {
            step.notTaken.add(other.id());
          }
        } catch (EvaluationException e) {
          broken.add(other.id());
        }
      }
    }
    step.come(StepStatus.SUCCEEDED);
    run.tell(
        Told.succeeded(step.id(), step.attempt, output, isOfAnother, new TreeSet<>(step.notTaken)));
    if (step.definition.compensation() != null) {
      run.end().toUndo().add(step.id());
    }
    if (step.part == Part.COMPENSATION) {
      run.end().toUndo().remove(step.undoes());
    }
    for (String id : broken) {
      if (run.end().ended() == null && step(id).status == StepStatus.WAITING) {
        failed(step(id), Failure.EXPRESSION);
      }
    }
  }

  private boolean isTaken(Dependency dependency, @Nullable Payload output)
      throws EvaluationException {
    String chosen = dependency.chosen();
    if (chosen != null) {
      String is = output == null ? "" : new String(output.data(), StandardCharsets.UTF_8);
      if (!is.equals('"' + chosen + '"')) {
        return false;
      }
    }
    return dependency.when() == null || scope.holds(dependency.when(), output);
  }

  void attemptFailed(ReferenceStep step, String type, boolean retryable) {
    boolean isAwaitedOnly = step.part == Part.MAIN && run.end().outcome() != null;
    boolean last = step.attemptsOfRound >= step.retry.maxAttempts();
    FailureRule rule = step.ruleFor(type);
    boolean isRuledOut = step.retry.nonRetryable().contains(type);
    if (rule != null) {
      isRuledOut =
          switch (rule.reaction()) {
            case FailureRule.Reaction.Retry again -> false;
            case FailureRule.Reaction.Fail never -> true;
            case FailureRule.Reaction.GoOn after -> isRuledOut;
            case FailureRule.Reaction.Route after -> isRuledOut;
          };
    }
    if (isAwaitedOnly || last || !retryable || isRuledOut) {
      failed(step, type);
      return;
    }
    long chosenMs = choices.retryAtMs(step.id(), step.attempt);
    long dueMs = ReferenceClocks.checkedRetryAtMs(step, chosenMs, run.nowMs());
    if (step.overallByMs != 0 && step.overallByMs <= dueMs) {
      failed(step, Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
      return;
    }
    step.status = StepStatus.BACKING_OFF;
    step.deadlineMs = dueMs;
    step.child = null;
    step.startByMs = 0;
    step.closeByMs = 0;
    step.heartbeatByMs = 0;
    run.tell(Told.retried(step.id(), step.attempt, type, step.deadlineMs));
  }

  /** The step has failed for good. */
  void failed(ReferenceStep step, String type) {
    FailureRule rule = step.ruleFor(type);
    step.come(StepStatus.FAILED);
    step.output = null;
    if (rule != null && rule.reaction() instanceof FailureRule.Reaction.GoOn) {
      step.consequence = Consequence.CONTINUE;
    } else if (rule != null && rule.reaction() instanceof FailureRule.Reaction.Route route) {
      step.consequence = Consequence.ROUTE;
      step.routedTo = route.step();
    }
    run.tell(Told.failed(step.id(), step.attempt, type, step.consequence.name(), step.routedTo));
    if (step.part == Part.COMPENSATION) {
      run.end().toUndo().remove(step.undoes());
    } else if (step.consequence == Consequence.FAIL
        && (run.end().outcome() == null || run.end().outcome() == WorkflowStatus.SUCCEEDED)) {
      run.end().begin(WorkflowStatus.FAILED, type);
    }
  }

  private ReferenceStep step(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
