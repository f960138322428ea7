package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.state.Payload;

/**
 * What was read of one payload within a decision: the fields that the expressions so far have
 * named. An expression that names another one reads those and its own, never more, so that what it
 * gives does not depend on what was evaluated before. Of one thread.
 */
final class ReadPayload {
  private final Payload payload;
  private FieldNames fields;
  private Object value;

  private ReadPayload(Payload payload, FieldNames fields, Object value) {
    this.payload = payload;
    this.fields = fields;
    this.value = value;
  }

  /** A payload of which nothing but some fields is known. */
  static ReadPayload of(Payload payload, FieldNames fields) throws EvaluationException {
    return new ReadPayload(payload, fields, PayloadJson.read(payload, fields));
  }

  /** The value, with these fields at least when it is an object. */
  Object value(FieldNames needed) throws EvaluationException {
    if (!fields.covers(needed)) {
      FieldNames both = fields.and(needed);
      value = PayloadJson.read(payload, both);
      fields = both;
    }
    return value;
  }
}
