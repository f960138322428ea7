package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step of a definition in a test, said piece by piece. */
public final class StepOf {
  private final String id;
  private final List<Dependency> dependsOn = new ArrayList<>();
  private StepAction action = new StepAction.Work("type", "queue", null);
  private @Nullable JoinRule join;
  private @Nullable String when;
  private Timeouts timeouts = Timeouts.NONE;
  private @Nullable RetryPolicy retry;
  private List<FailureRule> onFailure = List.of();
  private @Nullable Compensation compensation;

  private StepOf(String id) {
    this.id = id;
  }

  /** A step that a worker runs and that depends on nothing, until more is said. */
  public static StepOf id(String id) {
    return new StepOf(id);
  }

  public StepOf after(String... steps) {
    for (String step : steps) {
      dependsOn.add(Dependency.on(step));
    }
    return this;
  }

  public StepOf afterIf(String step, String condition) {
    dependsOn.add(new Dependency(step, condition, null));
    return this;
  }

  public StepOf action(StepAction does) {
    action = does;
    return this;
  }

  public StepOf join(JoinRule rule) {
    join = rule;
    return this;
  }

  public StepOf when(String condition) {
    when = condition;
    return this;
  }

  public StepOf timeouts(Timeouts limits) {
    timeouts = limits;
    return this;
  }

  public StepOf retry(RetryPolicy policy) {
    retry = policy;
    return this;
  }

  /** What follows from its failures, of whatever type. */
  public StepOf onFailure(FailureRule.Reaction reaction) {
    onFailure = List.of(new FailureRule(List.of(), reaction));
    return this;
  }

  /** Undone by a worker. */
  public StepOf undone() {
    compensation = new Compensation("undo", "queue", null, Duration.ZERO, null);
    return this;
  }

  public StepDefinition build() {
    return new StepDefinition(
        id,
        action,
        dependsOn,
        join,
        when,
        timeouts,
        retry,
        onFailure,
        null,
        null,
        compensation,
        null,
        null);
  }
}
