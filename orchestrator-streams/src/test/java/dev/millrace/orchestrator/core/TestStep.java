package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step in the making, for tests: a worker runs it after all it depends on, and once. */
public final class TestStep {
  private final String id;
  private final List<Dependency> dependsOn = new ArrayList<>();
  private final List<FailureRule> onFailure = new ArrayList<>();
  private StepAction action = new StepAction.Work("type", "queue", null);
  private @Nullable JoinRule join;
  private @Nullable String when;
  private Timeouts timeouts = Timeouts.NONE;
  private @Nullable RetryPolicy retry;
  private @Nullable Repeat repeat;
  private @Nullable ForEach forEach;
  private @Nullable Compensation compensation;
  private @Nullable DeliveryWindow window;
  private @Nullable ResultCache cache;

  private TestStep(String id) {
    this.id = id;
  }

  public static TestStep of(String id, String... dependsOn) {
    TestStep step = new TestStep(id);
    for (String each : dependsOn) {
      step.dependsOn.add(Dependency.on(each));
    }
    return step;
  }

  /** What it does in place of a worker's work. */
  public TestStep does(StepAction what) {
    action = what;
    return this;
  }

  public TestStep after(Dependency dependency) {
    dependsOn.add(dependency);
    return this;
  }

  public TestStep join(@Nullable JoinRule rule) {
    join = rule;
    return this;
  }

  public TestStep when(@Nullable String condition) {
    when = condition;
    return this;
  }

  public TestStep timeout(Duration startToClose) {
    return timeouts(Timeouts.startToClose(startToClose));
  }

  /** The limit of an attempt, beside the other limits. */
  TestStep startToClose(Duration limit) {
    return timeouts(
        new Timeouts(
            limit, timeouts.scheduleToStart(), timeouts.scheduleToClose(), timeouts.heartbeat()));
  }

  public TestStep timeouts(Timeouts limits) {
    timeouts = limits;
    return this;
  }

  public TestStep retry(@Nullable RetryPolicy policy) {
    retry = policy;
    return this;
  }

  public TestStep onFailure(Reaction reaction, String... types) {
    onFailure.add(new FailureRule(List.of(types), reaction));
    return this;
  }

  public TestStep repeat(@Nullable Repeat rule) {
    repeat = rule;
    return this;
  }

  public TestStep forEach(@Nullable ForEach rule) {
    forEach = rule;
    return this;
  }

  public TestStep compensation(@Nullable Compensation undoes) {
    compensation = undoes;
    return this;
  }

  /** Undone by a worker that gets its output. */
  public TestStep compensated() {
    return compensation(new Compensation("undo", "queue", null, Duration.ZERO, null));
  }

  public TestStep window(@Nullable DeliveryWindow times) {
    window = times;
    return this;
  }

  public TestStep cache(@Nullable ResultCache rule) {
    cache = rule;
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
        repeat,
        forEach,
        compensation,
        window,
        cache);
  }
}
