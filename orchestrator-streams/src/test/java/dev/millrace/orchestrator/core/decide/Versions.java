package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Versions of definitions, their steps and what comes of migrations, for tests. */
final class Versions {
  /** One step after another: a, b, c. */
  static final CompiledDefinition CHAIN = version(1, step("a"), step("b", "a"), step("c", "b"));

  private Versions() {}

  /** The code with which the migration of a workflow that has just started is refused. */
  static @Nullable String refused(CompiledDefinition from, CompiledDefinition to) {
    return code(TestWorkflow.started(from).register(to).migrate(to.version(), false));
  }

  static @Nullable String code(Decision decision) {
    return events(decision).getFirst() instanceof ControlRefused refused ? refused.code() : null;
  }

  /** What a dry run says. */
  static String report(Decision decision) {
    return new String(((MigrationTried) events(decision).getFirst()).report().data(), UTF_8);
  }

  static CompiledDefinition version(int version, StepDefinition... steps) {
    return compile(source(version, steps));
  }

  static WorkflowDefinition source(int version, StepDefinition... steps) {
    return WorkflowDefinition.of("order", version, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  static WorkflowDefinition withFinally(WorkflowDefinition of, StepDefinition last) {
    return new WorkflowDefinition(
        of.name(), of.version(), of.timeout(), of.retry(), 0, null, of.steps(), List.of(last));
  }

  static CompiledDefinition compile(WorkflowDefinition definition) {
    return CompiledDefinition.compile(definition, new CelExpressions());
  }

  static StepDefinition with(
      StepDefinition of,
      List<FailureRule> onFailure,
      @Nullable Compensation compensation,
      @Nullable ResultCache cache) {
    return new StepDefinition(
        of.id(),
        of.action(),
        of.dependsOn(),
        of.join(),
        of.when(),
        of.timeouts(),
        of.retry(),
        onFailure,
        null,
        null,
        compensation,
        null,
        cache);
  }

  static StepDefinition with(StepDefinition of, List<Dependency> dependsOn) {
    return copy(of, dependsOn, of.join(), of.when());
  }

  static StepDefinition withJoin(StepDefinition of, JoinRule join) {
    return copy(of, of.dependsOn(), join, of.when());
  }

  static StepDefinition withWhen(StepDefinition of, String when) {
    return copy(of, of.dependsOn(), of.join(), when);
  }

  private static StepDefinition copy(
      StepDefinition of,
      List<Dependency> dependsOn,
      @Nullable JoinRule join,
      @Nullable String when) {
    return new StepDefinition(
        of.id(),
        of.action(),
        dependsOn,
        join,
        when,
        of.timeouts(),
        of.retry(),
        of.onFailure(),
        null,
        null,
        null,
        null,
        null);
  }

  static Payload json(String text) {
    return new Payload("", text.getBytes(UTF_8));
  }

  static Payload payload(int bytes, int first) {
    byte[] data = new byte[bytes];
    data[0] = (byte) first;
    return new Payload("", data);
  }

  static List<Event> events(Decision decision) {
    return ((Decision.Accepted) decision).events();
  }

  static List<Effect> effects(Decision decision) {
    return ((Decision.Accepted) decision).effects();
  }
}
