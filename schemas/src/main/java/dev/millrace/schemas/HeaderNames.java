package dev.millrace.schemas;

/** Names of the record headers that are part of the contract. Values are UTF-8 text. */
public final class HeaderNames {
  /** Media type of a record's value. Without it a value is Avro in Confluent's wire format. */
  public static final String CONTENT_TYPE = "content-type";

  /** W3C trace context: the trace and the span that caused the record. */
  public static final String TRACEPARENT = "traceparent";

  /** W3C trace context: what vendors add to it. */
  public static final String TRACESTATE = "tracestate";

  /** Dead letters: class of the error. */
  public static final String ERROR_EXCEPTION = "__streams.errors.exception";

  /** Dead letters: what is wrong, for people. */
  public static final String ERROR_MESSAGE = "__streams.errors.message";

  /** Dead letters: stack trace of the error, when there was one. */
  public static final String ERROR_STACKTRACE = "__streams.errors.stacktrace";

  /** Dead letters: topic that the record was read from. */
  public static final String ERROR_TOPIC = "__streams.errors.topic";

  /** Dead letters: partition that the record was read from. */
  public static final String ERROR_PARTITION = "__streams.errors.partition";

  /** Dead letters: offset that the record was read at. */
  public static final String ERROR_OFFSET = "__streams.errors.offset";

  /** Dead letters: stable code of the reason, for programs. */
  public static final String ERROR_CODE = "millrace.error.code";

  private HeaderNames() {}
}
