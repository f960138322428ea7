package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the expressions of one decision see. */
final class DecisionScope implements Scope, Scope.Parsed {
  private final Situation situation;
  private final CompiledDefinition definition;
  private final Payloads payloads;
  private final IdentityHashMap<Payload, Object> parsed = new IdentityHashMap<>();
  private final Map<Integer, Payload> outputs = new HashMap<>();
  private @Nullable Payload input;
  private @Nullable Payload output;
  private @Nullable Payload item;
  private int index;
  private int stepAtHand = CompiledDefinition.NO_STEP;

  DecisionScope(Situation situation) {
    Chunk chunk = situation.chunk();
    this.situation = situation;
    this.definition = chunk == null ? situation.definition() : chunk.whole();
    this.payloads = chunk == null ? situation.payloads() : chunk.ofWorkflow();
  }

  /** This scope with another item at hand, or none. */
  Scope at(@Nullable Payload itemAtHand, int indexOfItem) {
    item = itemAtHand;
    index = indexOfItem;
    return this;
  }

  /**
   * This scope with another output at hand.
   *
   * @param step the step that has just returned it, so that it is that step's output by any name;
   *     {@link CompiledDefinition#NO_STEP} for an output that is kept already, or none
   */
  Scope with(@Nullable Payload outputAtHand, int step) {
    output = outputAtHand;
    stepAtHand = step;
    return this;
  }

  @Override
  public @Nullable Payload input() {
    if (input == null) {
      input = payloads.input();
    }
    return input;
  }

  @Override
  public @Nullable Payload stepOutput(String step) {
    int index = definition.indexOf(step);
    if (index == CompiledDefinition.NO_STEP) {
      return null;
    }
    if (index == stepAtHand) {
      return output;
    }
    return outputs.computeIfAbsent(index, payloads::output);
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
  public int index() {
    return index;
  }

  @Override
  public String workflowId() {
    return situation.workflowId();
  }

  @Override
  public String tenant() {
    return situation.state().tenant();
  }

  @Override
  public int priority() {
    return situation.state().priority();
  }

  @Override
  public Parsed parsed() {
    return this;
  }

  @Override
  public Object of(Payload payload, Parser parser) throws EvaluationException {
    Object known = parsed.get(payload);
    if (known == null) {
      known = parser.parse(payload);
      parsed.put(payload, known);
    }
    return known;
  }
}
