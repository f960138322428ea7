package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the steps of one definition and notes what their expressions read. One use. */
final class StepCompiler {
  private final WorkflowDefinition definition;
  private final ExpressionCompiler expressions;

  /** Ids of the steps whose outputs some expression reads. */
  private final Set<String> read = new HashSet<>();

  StepCompiler(WorkflowDefinition definition, ExpressionCompiler expressions) {
    this.definition = definition;
    this.expressions = expressions;
  }

  /** Makes an expression of a text. */
  @FunctionalInterface
  interface Compile<T> {
    Expression<T> of(String text) throws InvalidExpressionException;
  }

  /** An expression, or null where there is no text. */
  <T> @Nullable Expression<T> optional(@Nullable String text, Compile<T> compile) {
    return text == null ? null : required(text, compile);
  }

  <T> Expression<T> required(String text, Compile<T> compile) {
    try {
      Expression<T> compiled = compile.of(text);
      read.addAll(compiled.reads().steps());
      return compiled;
    } catch (InvalidExpressionException e) {
      throw invalid(e);
    }
  }

  boolean isRead(String step) {
    return read.contains(step);
  }

  CompiledAction action(StepAction action) {
    return switch (action) {
      case StepAction.Work work ->
          new CompiledAction.Work(
              work.type(),
              work.queue(),
              optional(work.input(), expressions::template),
              optional(work.affinity(), expressions::text));
      case StepAction.SetValue set ->
          new CompiledAction.SetValue(required(set.value(), expressions::template));
      case StepAction.Delay delay ->
          new CompiledAction.Delay(required(delay.duration(), expressions::duration));
      case StepAction.Until until ->
          new CompiledAction.Until(required(until.time(), expressions::time));
      case StepAction.Choose choose -> {
        List<CompiledAction.CompiledCase> cases = new ArrayList<>();
        for (StepAction.Case each : choose.cases()) {
          cases.add(
              new CompiledAction.CompiledCase(
                  each.name(), optional(each.when(), expressions::condition)));
        }
        yield new CompiledAction.Choose(cases);
      }
      case StepAction.AwaitSignal wait ->
          new CompiledAction.AwaitSignal(wait.signal(), schema(wait.schema()), wait.form());
      case StepAction.StartChild child ->
          new CompiledAction.StartChild(
              child.definition(),
              child.version(),
              optional(child.workflowId(), expressions::text),
              optional(child.input(), expressions::template),
              child.detached(),
              child.cancelled());
    };
  }

  private PayloadSchema schema(@Nullable String json) {
    try {
      return json == null ? PayloadSchema.ANY : expressions.schema(json);
    } catch (InvalidExpressionException e) {
      throw invalid(e);
    }
  }

  private IllegalArgumentException invalid(InvalidExpressionException e) {
    return new IllegalArgumentException(
        "definition %s/%d: %s".formatted(definition.name(), definition.version(), e.getMessage()),
        e);
  }

  /** A step of the main part or the finally part; the outputs that are kept are known later. */
  CompiledStep step(StepDefinition step, CompiledStep.Group group, boolean isRoutedTo) {
    Repeat repeat = step.repeat();
    return new CompiledStep(
        step.id(),
        group,
        action(step.action()),
        join(step.join(), isRoutedTo),
        step.dependsOn().size(),
        optional(step.when(), expressions::condition),
        limits(step.timeouts()),
        retry(step.retry()),
        step.onFailure(),
        repeat == null
            ? null
            : new CompiledStep.CompiledRepeat(
                required(repeat.until(), expressions::condition),
                repeat.delay().toMillis(),
                repeat.max()),
        forEach(step),
        step.window(),
        cache(step.cache()),
        CompiledDefinition.NO_STEP,
        CompiledDefinition.NO_STEP,
        false);
  }

  private CompiledStep.@Nullable CompiledForEach forEach(StepDefinition step) {
    ForEach forEach = step.forEach();
    if (forEach == null) {
      return null;
    }
    boolean isWork = step.action() instanceof StepAction.Work;
    boolean isChild = step.action() instanceof StepAction.StartChild && forEach.batchSize() <= 1;
    if (!(isWork || isChild) || step.repeat() != null) {
      throw new IllegalArgumentException(
          "definition %s/%d: step '%s' has forEach; a worker must run it, or a workflow for each item, and it cannot repeat"
              .formatted(definition.name(), definition.version(), step.id()));
    }
    int own = forEach.maxParallel() == 0 ? Integer.MAX_VALUE : forEach.maxParallel();
    int ofWorkflow = definition.maxParallel() == 0 ? Integer.MAX_VALUE : definition.maxParallel();
    return new CompiledStep.CompiledForEach(
        required(forEach.items(), expressions::items),
        Math.min(own, ofWorkflow),
        Math.max(1, forEach.batchSize()),
        forEach.tolerated(),
        forEach.percent());
  }

  /** The step that undoes another one. */
  CompiledStep compensation(Compensation compensation, String of, int index) {
    return new CompiledStep(
        CompiledDefinition.COMPENSATION_PREFIX + of,
        CompiledStep.Group.COMPENSATION,
        new CompiledAction.Work(
            compensation.type(),
            compensation.queue(),
            optional(compensation.input(), expressions::template),
            null),
        JoinRule.ALL,
        0,
        null,
        limits(Timeouts.startToClose(compensation.timeout())),
        retry(compensation.retry()),
        List.<FailureRule>of(),
        null,
        null,
        null,
        null,
        CompiledDefinition.NO_STEP,
        index,
        false);
  }

  private CompiledStep.@Nullable CompiledCache cache(@Nullable ResultCache cache) {
    return cache == null
        ? null
        : new CompiledStep.CompiledCache(
            optional(cache.key(), expressions::template), cache.ttl().toMillis());
  }

  private static StepLimits limits(Timeouts timeouts) {
    return new StepLimits(
        timeouts.startToClose().toMillis(),
        timeouts.scheduleToStart().toMillis(),
        timeouts.scheduleToClose().toMillis(),
        timeouts.heartbeat().toMillis());
  }

  private RetryPolicy retry(@Nullable RetryPolicy own) {
    return own == null ? definition.retry() : own;
  }

  private static JoinRule join(@Nullable JoinRule rule, boolean isRoutedTo) {
    if (rule != null) {
      return rule;
    }
    return isRoutedTo ? JoinRule.ANY : JoinRule.ALL;
  }
}
