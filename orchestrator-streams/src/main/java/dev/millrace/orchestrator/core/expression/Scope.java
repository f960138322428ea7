package dev.millrace.orchestrator.core.expression;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What expressions see: <code>input</code>, <code>steps.ID.output</code>, <code>output</code>,
 * <code>item</code>, <code>index</code> and the fields of <code>workflow</code>. Made for one
 * decision; not thread-safe.
 */
public interface Scope {
  /** The workflow's input. */
  @Nullable Payload input();

  /** The output that is kept of a step; null when it has none, or has not succeeded. */
  @Nullable Payload stepOutput(String step);

  /** The output at hand: of the step that has just succeeded. */
  @Nullable Payload output();

  /** The item at hand, within a step for each of them; null anywhere else. */
  default @Nullable Payload item() {
    return null;
  }

  /** The place of that item in its list, from 0. */
  default int index() {
    return 0;
  }

  /** Id of the workflow. */
  String workflowId();

  /** Its owner. */
  String tenant();

  /** 0 (lowest) to 9 (highest). */
  int priority();

  /**
   * A place for what the language makes of a payload, so that it is parsed once for all expressions
   * of a decision.
   */
  Parsed parsed();

  /** Remembers parsed payloads. */
  interface Parsed {
    /** What was made of a payload, or is made now. */
    Object of(Payload payload, Parser parser) throws EvaluationException;
  }

  /** Makes something of a payload. */
  @FunctionalInterface
  interface Parser {
    Object parse(Payload payload) throws EvaluationException;
  }
}
