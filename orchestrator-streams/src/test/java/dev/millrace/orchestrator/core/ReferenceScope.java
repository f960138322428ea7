package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What expressions see in the reference: all outputs there ever were. */
final class ReferenceScope implements Scope {
  private final Map<String, ReferenceStep> steps;
  @Nullable Payload input;

  /** The item at hand, within a step for each of them. */
  @Nullable Payload item;

  private @Nullable Payload output;

  ReferenceScope(Map<String, ReferenceStep> steps) {
    this.steps = steps;
  }

  /** Makes an expression of a text. */
  @FunctionalInterface
  interface Compile<T> {
    Expression<T> of(ExpressionCompiler compiler, String text) throws InvalidExpressionException;
  }

  /** The value of a text with an output at hand. */
  <T> T evaluate(Compile<T> compile, String text, @Nullable Payload outputAtHand)
      throws EvaluationException {
    output = outputAtHand;
    try {
      return compile.of(FakeExpressions.INSTANCE, text).evaluate(this);
    } catch (InvalidExpressionException e) {
      throw new AssertionError(e);
    }
  }

  boolean holds(String condition, @Nullable Payload outputAtHand) throws EvaluationException {
    return evaluate(ExpressionCompiler::condition, condition, outputAtHand);
  }

  @Override
  public @Nullable Payload input() {
    return input;
  }

  @Override
  public @Nullable Payload stepOutput(String step) {
    ReferenceStep known = steps.get(step);
    return known == null ? null : known.output;
  }

  @Override
  public @Nullable Payload output() {
    return output;
  }

  @Override
  public @Nullable Payload item() {
    return item;
  }

  @Override
  public String workflowId() {
    return "workflow";
  }

  @Override
  public String tenant() {
    return "";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Parsed parsed() {
    throw new AssertionError("the fake expressions parse no payload");
  }

  /** All texts of a definition that may read the output of a step by its id. */
  static List<String> texts(WorkflowDefinition definition) {
    List<@Nullable String> texts = new ArrayList<>();
    texts.add(definition.output());
    Stream.concat(definition.steps().stream(), definition.finallySteps().stream())
        .forEach(step -> texts.addAll(texts(step)));
    List<String> present = new ArrayList<>();
    for (String text : texts) {
      if (text != null) {
        present.add(text);
      }
    }
    return present;
  }

  private static List<@Nullable String> texts(StepDefinition step) {
    List<@Nullable String> texts = new ArrayList<>();
    texts.add(step.when());
    for (Dependency dependency : step.dependsOn()) {
      texts.add(dependency.when());
    }
    if (step.repeat() != null) {
      texts.add(step.repeat().until());
    }
    if (step.cache() != null) {
      texts.add(step.cache().key());
    }
    Compensation compensation = step.compensation();
    if (compensation != null) {
      texts.add(compensation.input());
    }
    switch (step.action()) {
      case StepAction.Work work -> {
        texts.add(work.input());
        texts.add(work.affinity());
      }
      case StepAction.SetValue set -> texts.add(set.value());
      case StepAction.Delay delay -> texts.add(delay.duration());
      case StepAction.Until until -> texts.add(until.time());
      case StepAction.Choose choose -> choose.cases().forEach(each -> texts.add(each.when()));
      case StepAction.AwaitSignal signal -> {}
      case StepAction.StartChild child -> {
        texts.add(child.workflowId());
        texts.add(child.input());
      }
    }
    return texts;
  }
}
