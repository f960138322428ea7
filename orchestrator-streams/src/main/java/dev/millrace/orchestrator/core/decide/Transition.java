package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision being made. Each event is applied to the state as soon as it is recorded, so that what
 * is decided next already sees it; deciding itself only reads.
 */
final class Transition {
  private Situation situation;
  private final WorkflowState state;
  private final List<Event> events = new ArrayList<>(4);
  private final List<Effect> effects = new ArrayList<>(4);
  private final GateAccount account;
  private @Nullable DecisionScope scope;

  Transition(Situation situation) {
    this.situation = situation;
    this.state = situation.state();
    this.account = new GateAccount(situation.gate(), state);
  }

  String workflowId() {
    return situation.workflowId();
  }

  CompiledDefinition definition() {
    return situation.definition();
  }

  WorkflowView state() {
    return state;
  }

  /** Which chunk of branches the state is of; null for a workflow. */
  @Nullable Chunk chunk() {
    return situation.chunk();
  }

  /** Whether no command may go out. */
  boolean isPaused() {
    Chunk chunk = situation.chunk();
    return chunk == null ? state.isPaused() : chunk.ofWorkflow().isPaused();
  }

  Payloads payloads() {
    return situation.payloads();
  }

  /** What is decided from here on is of another definition. */
  void goOnWith(CompiledDefinition definition) {
    situation = situation.with(definition);
    scope = null;
  }

  Targets targets() {
    return situation.targets();
  }

  Results results() {
    return situation.results();
  }

  long nowMs() {
    return situation.nowMs();
  }

  void record(Event event) {
    account.before(definition(), event);
    Evolver.evolve(definition(), state, event, nowMs());
    account.after(event instanceof WorkflowMigrated migrated ? migrated.target() : definition());
    events.add(event);
    situation.room().take(definition(), event);
  }

  /** Which steps must wait for their queues. */
  Gate gate() {
    return situation.gate();
  }

  /** What the events of the input may still take. */
  EventRoom room() {
    return situation.room();
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  void armTimer(long dueMs) {
    if (dueMs != WorkflowView.NO_DEADLINE) {
      effects.add(new ArmTimer(dueMs));
    }
  }

  /**
   * The value of an expression.
   *
   * @param output the output at hand, where there is one
   */
  <T> T evaluate(Expression<T> expression, @Nullable Payload output) throws EvaluationException {
    return evaluate(expression, output, CompiledDefinition.NO_STEP);
  }

  /**
   * The value of an expression over what a step has just returned.
   *
   * @param output that
   * @param step the step
   */
  <T> T evaluate(Expression<T> expression, @Nullable Payload output, int step)
      throws EvaluationException {
    return expression.evaluate(scope().with(output, step));
  }

  /** The value of an expression for one item of a list, or for none. */
  <T> T evaluateAt(Expression<T> expression, @Nullable Payload item, int index)
      throws EvaluationException {
    return expression.evaluate(scope().at(item, index));
  }

  private DecisionScope scope() {
    if (scope == null) {
      scope = new DecisionScope(situation);
    }
    return scope;
  }

  Decision accepted() {
    assert situation.chunk() != null
            || WorkflowInvariants.countsFit(definition().eventVerbosity(), state)
        : "broken after " + events;
    return new Decision.Accepted(events, effects);
  }
}
