package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;

/**
 * A decision being made. Each event is applied to the state as soon as it is recorded, so that what
 * is decided next already sees it; deciding itself only reads.
 */
final class Transition {
  private final CompiledDefinition definition;
  private final WorkflowState state;
  private final long nowMs;
  private final List<Event> events = new ArrayList<>(4);
  private final List<Effect> effects = new ArrayList<>(4);

  Transition(CompiledDefinition definition, WorkflowState state, long nowMs) {
    this.definition = definition;
    this.state = state;
    this.nowMs = nowMs;
  }

  CompiledDefinition definition() {
    return definition;
  }

  WorkflowView state() {
    return state;
  }

  long nowMs() {
    return nowMs;
  }

  void record(Event event) {
    Evolver.evolve(definition, state, event, nowMs);
    events.add(event);
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  Decision accepted() {
    assert WorkflowInvariants.countsFit(state) : "broken after " + events;
    return new Decision.Accepted(events, effects);
  }
}
