package dev.millrace.orchestrator.core.check;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.NearestName;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.StepPath;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.Violations;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the expressions of a definition that breaks no other rule: each can be compiled, and
 * looks only at outputs of steps that come before it. One use, one thread.
 */
public final class ExpressionRules {
  /** Stands for what comes after all steps of the main part. */
  private static final int END = -1;

  /** Looking for a near name takes a pass over all steps, so only the first of many get one. */
  private static final int NEAR_NAMES = 20;

  private final WorkflowDefinition definition;
  private final ExpressionCompiler compiler;
  private final Violations violations = new Violations();
  private final List<StepDefinition> steps = new ArrayList<>();
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<PendingRead> pending = new ArrayList<>();
  private int nearNames;

  /** Compiles one text. */
  @FunctionalInterface
  private interface Compilation {
    Expression<?> compile(String text) throws InvalidExpressionException;
  }

  /**
   * A read that is right if one step comes before another.
   *
   * @param reader index of the step that must come after
   * @param read index of the step whose output is read
   */
  private record PendingRead(int reader, int read, Supplier<String> path) {}

  private ExpressionRules(WorkflowDefinition definition, ExpressionCompiler compiler) {
    this.definition = definition;
    this.compiler = compiler;
    steps.addAll(definition.steps());
    steps.addAll(definition.finallySteps());
    for (int i = 0; i < steps.size(); i++) {
      indexes.put(steps.get(i).id(), i);
    }
  }

  /**
   * All that is wrong with the expressions, as {@link
   * dev.millrace.orchestrator.core.definition.DefinitionValidator#validate} lists it. Takes time
   * linear in the expressions, and in steps and dependencies for each 64 steps that are read.
   *
   * @param definition one that breaks no other rule
   */
  public static List<Violation> check(WorkflowDefinition definition, ExpressionCompiler compiler) {
    ExpressionRules rules = new ExpressionRules(definition, compiler);
    rules.check();
    return rules.violations.toList();
  }

  private void check() {
    compile(() -> "output", definition.output(), compiler::template, END, false);
    for (int i = 0; i < steps.size(); i++) {
      checkStep(i);
    }
    checkOrder();
  }

  private void checkStep(int index) {
    StepDefinition step = steps.get(index);
    checkAction(index, step.action());
    checkAffinity(index, step);
    for (int i = 0; i < step.dependsOn().size(); i++) {
      Dependency dependency = step.dependsOn().get(i);
      int item = i;
      // Looked at when that step has ended, whatever else this one waits for.
      compile(
          () -> path(index).of("dependsOn[%d].when".formatted(item)),
          dependency.when(),
          compiler::condition,
          indexes.getOrDefault(dependency.step(), END),
          true);
    }
    before(index, "when", step.when(), compiler::condition);
    Repeat repeat = step.repeat();
    if (repeat != null) {
      compile(
          () -> path(index).of("repeat.until"),
          repeat.until(),
          compiler::condition,
          index, // the output that it looks at may be named by its step, too
          true);
    }
    ForEach forEach = step.forEach();
    if (forEach != null) {
      before(index, "forEach.items", forEach.items(), compiler::items);
    }
    ResultCache cache = step.cache();
    if (cache != null) {
      before(index, "cache.key", cache.key(), compiler::template);
    }
    Compensation compensation = step.compensation();
    if (compensation != null) {
      compile(
          () -> path(index).of("compensate.input"),
          compensation.input(),
          compiler::template,
          index,
          true);
    }
  }

  private void checkAction(int index, StepAction action) {
    switch (action) {
      case StepAction.Work work -> before(index, "input", work.input(), compiler::template);
      case StepAction.SetValue set -> before(index, "set", set.value(), compiler::template);
      case StepAction.Delay delay -> before(index, "delay", delay.duration(), compiler::duration);
      case StepAction.Until until -> before(index, "until", until.time(), compiler::time);
      case StepAction.AwaitSignal signal -> checkSchema(index, signal.schema());
      case StepAction.StartChild child -> {
        before(index, "workflow.id", child.workflowId(), compiler::text);
        before(index, "workflow.input", child.input(), compiler::template);
      }
      case StepAction.Choose choose -> {
        for (int i = 0; i < choose.cases().size(); i++) {
          before(
              index,
              "switch[%d].when".formatted(i),
              choose.cases().get(i).when(),
              compiler::condition);
        }
      }
    }
  }

  /** The key of a batch is one for all its items. */
  private void checkAffinity(int index, StepDefinition step) {
    ForEach forEach = step.forEach();
    if (!(step.action() instanceof StepAction.Work work)) {
      return;
    }
    Expression<?> affinity = before(index, "affinity", work.affinity(), compiler::text);
    if (affinity != null && affinity.reads().item() && forEach != null && forEach.batchSize() > 1) {
      violations.add(
          DefinitionRule.NOT_TOGETHER,
          () -> path(index).of("affinity"),
          () ->
              "affinity of step %s: the key of a batch is one for all its items, and cannot look at item or index; remove one of affinity and batchSize"
                  .formatted(Excerpt.of(step.id())));
    }
  }

  private void checkSchema(int index, @Nullable String schema) {
    if (schema == null) {
      return;
    }
    try {
      compiler.schema(schema);
    } catch (InvalidExpressionException e) {
      violations.add(
          DefinitionRule.BAD_EXPRESSION,
          () -> path(index).of("signal.schema"),
          () -> String.valueOf(e.getMessage()));
    }
  }

  private StepPath path(int index) {
    int mainSteps = definition.steps().size();
    return index < mainSteps
        ? new StepPath("steps", index)
        : new StepPath("finally", index - mainSteps);
  }

  /** Checks an expression that is evaluated before its step runs. */
  private @Nullable Expression<?> before(
      int index, String field, @Nullable String text, Compilation compilation) {
    return compile(() -> path(index).of(field), text, compilation, index, false);
  }

  /**
   * Compiles an expression and looks at what it reads.
   *
   * @param reader index of the step after whose ancestors it is evaluated, or {@link #END}
   * @param itself whether that step's own output is there too
   * @return the expression; null if there is none, or none that can be compiled
   */
  private @Nullable Expression<?> compile(
      Supplier<String> path,
      @Nullable String text,
      Compilation compilation,
      int reader,
      boolean itself) {
    if (text == null) {
      return null;
    }
    try {
      Expression<?> expression = compilation.compile(text);
      for (String read : expression.reads().steps()) {
        checkRead(path, read, reader, itself);
      }
      return expression;
    } catch (InvalidExpressionException e) {
      violations.add(
          DefinitionRule.BAD_EXPRESSION,
          () -> path.get() + JsonPlace.at(text, e.offset()),
          () -> String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void checkRead(Supplier<String> path, String id, int reader, boolean itself) {
    Integer read = indexes.get(id);
    if (read == null) {
      violations.add(
          DefinitionRule.UNKNOWN_REFERENCE,
          path,
          () ->
              "the expression looks at the output of %s, which is not a step of this definition%s"
                  .formatted(Excerpt.of(id), remedy(id)));
      return;
    }
    boolean isReadInMain = read < definition.steps().size();
    boolean isAfterMain = reader == END || reader >= definition.steps().size();
    if ((itself && read == reader) || (isReadInMain && isAfterMain)) {
      return;
    }
    if (reader == END) {
      violations.add(
          DefinitionRule.NOT_UPSTREAM,
          path,
          () ->
              "the output of step %s, which runs when the workflow has come to its end, cannot be part of the workflow's; look at steps that are not under 'finally'"
                  .formatted(Excerpt.of(id)));
    } else {
      pending.add(new PendingRead(reader, read, path));
    }
  }

  private String remedy(String id) {
    return nearNames++ < NEAR_NAMES
        ? NearestName.among(indexes.keySet(), id)
            .map(near -> "; did you mean %s?".formatted(Excerpt.of(near)))
            .orElse("; correct its id")
        : "; correct its id";
  }

  private void checkOrder() {
    if (pending.isEmpty()) {
      return;
    }
    Ancestors ancestors = new Ancestors(steps, indexes);
    int[] reads = pending.stream().mapToInt(PendingRead::read).distinct().toArray();
    boolean[] isRight = new boolean[pending.size()];
    for (int from = 0; from < reads.length; from += Long.SIZE) {
      ancestors.look(reads, from, Math.min(reads.length, from + Long.SIZE));
      for (int i = 0; i < isRight.length; i++) {
        isRight[i] |= ancestors.isBefore(pending.get(i).read(), pending.get(i).reader());
      }
    }
    for (int i = 0; i < isRight.length; i++) {
      if (!isRight[i]) {
        PendingRead wrong = pending.get(i);
        String id = steps.get(wrong.read()).id();
        violations.add(
            DefinitionRule.NOT_UPSTREAM,
            wrong.path(),
            () ->
                "the expression looks at the output of step %s, which need not have run before step %s; let that one depend on it, directly or through others"
                    .formatted(Excerpt.of(id), Excerpt.of(steps.get(wrong.reader()).id())));
      }
    }
  }
}
