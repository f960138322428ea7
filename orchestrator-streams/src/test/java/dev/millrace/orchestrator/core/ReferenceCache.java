package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results that the steps of the reference take instead of running, and keep for others. */
final class ReferenceCache {
  /** Stands before the workflow's input and the outputs of all dependencies. */
  static final String ALL = "all";

  private final ReferenceRun run;
  private final ReferenceScope scope;
  private final CoreChoices choices;
  private final SharedResults shared;
  private String tenant = "";

  ReferenceCache(
      ReferenceRun run, ReferenceScope scope, CoreChoices choices, SharedResults shared) {
    this.run = run;
    this.scope = scope;
    this.choices = choices;
    this.shared = shared;
  }

  void begin(String owner) {
    tenant = owner;
  }

  /**
   * All by which the result of a step is the same as that of another one; null where results are
   * not kept.
   *
   * @param mapped the input of its command, where it has a mapping
   */
  @Nullable List<@Nullable Object> content(ReferenceStep step, @Nullable Payload mapped)
      throws EvaluationException {
    ResultCache cache = step.definition.cache();
    if (cache == null || !(step.definition.action() instanceof StepAction.Work work)) {
      return null;
    }
    List<@Nullable Object> content =
        new ArrayList<>(Arrays.asList(tenant, work.queue(), work.type()));
    if (cache.key() != null) {
      content.add("key");
      content.add(scope.evaluate(ExpressionCompiler::template, cache.key(), null));
    } else if (work.input() != null) {
      content.add("mapped");
      content.add(mapped);
    } else {
      content.add(ALL);
      content.add(scope.input);
      for (Dependency dependency : step.definition.dependsOn()) {
        content.add(dependency.step());
        content.add(scope.stepOutput(dependency.step()));
      }
    }
    return content;
  }

  /** Lets a step succeed with a result that is kept, if there is one that it may take. */
  boolean take(ReferenceStep step, List<@Nullable Object> content) {
    SharedResults.Kept kept = step.isNew() ? shared.find(content, run.nowMs()) : null;
    if (kept == null || !ends(step, kept.output())) {
      return false;
    }
    step.attempt++;
    step.attemptsOfRound++;
    run.results().succeededAsAnother(step, kept.output());
    return true;
  }

  /** Whether a step is done with an output. */
  private boolean ends(ReferenceStep step, @Nullable Payload output) {
    Repeat repeat = step.definition.repeat();
    if (repeat == null) {
      return true;
    }
    step.output = output;
    try {
      return scope.holds(repeat.until(), output);
    } catch (EvaluationException e) {
      return false;
    } finally {
      step.output = null;
    }
  }

  /** An attempt is dispatched whose result may come to be kept; tells under which name. */
  String dispatched(ReferenceStep step, List<@Nullable Object> content) {
    String name = choices.resultKey(step.id(), step.attempt);
    if (name == null) {
      throw new AssertionError(
          "the result of %s/%d is to be kept".formatted(step.id(), step.attempt));
    }
    shared.match(content, name);
    step.keptUnder = content;
    return name;
  }

  /** A step has succeeded in an attempt. */
  void keep(ReferenceStep step, List<@Nullable Object> content, @Nullable Payload output) {
    ResultCache cache = step.definition.cache();
    if (cache != null) {
      long expiresAtMs = run.nowMs() + cache.ttl().toMillis();
      shared.keep(content, output, expiresAtMs);
      run.tell(Told.kept(shared.name(content), output, expiresAtMs));
    }
  }
}
