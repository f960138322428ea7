package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What tests give to be decided on, and what they look for in a decision. */
final class Decisions {
  private Decisions() {}

  /** A definition whose expressions are CEL. */
  static CompiledDefinition compiled(StepDefinition... steps) {
    return CompiledDefinition.compile(
        WorkflowDefinition.of("order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(steps)),
        new CelExpressions());
  }

  static Payload payload(String text) {
    return new Payload("", text.getBytes(StandardCharsets.UTF_8));
  }

  static List<Event> events(Decision decision) {
    return accepted(decision).events();
  }

  static List<Effect> effects(Decision decision) {
    return accepted(decision).effects();
  }

  /** The only event: that a control was refused. */
  static ControlRefused refused(Decision decision) {
    assertThat(events(decision)).hasSize(1).first().isInstanceOf(ControlRefused.class);
    return (ControlRefused) events(decision).getFirst();
  }

  /** Why a control was refused. */
  static String code(Decision decision) {
    return refused(decision).code();
  }

  private static Decision.Accepted accepted(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Accepted.class);
    return (Decision.Accepted) decision;
  }
}
