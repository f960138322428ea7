package dev.millrace.schemas.wire;

import static dev.millrace.schemas.wire.JsonFields.required;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowStart;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads starts, controls and completions written as JSON, for those who have no Avro at hand:
 * {@code {"definition": "quake", "input": {"place": "Reykjavik"}}}. The fields are those of the
 * records. {@code input} and {@code output} are any JSON value, kept byte for byte, or {@code
 * {"$contentType": "image/png", "$base64": "..."}} for other content. Times are ISO 8601 with an
 * offset. Unknown fields, duplicate fields and values of a wrong type are refused, and so is a
 * nesting deeper than {@link Limits#JSON_DEPTH}. Thread-safe.
 */
public final class JsonIntake {
  private static final String MEDIA_TYPE = "application/json";
  private static final int NO_VERSION = 0;

  private final InlineDefinitionReader definitions;

  /**
   * An intake.
   *
   * @param definitions reads the definitions that starts bring along
   */
  public JsonIntake(InlineDefinitionReader definitions) {
    this.definitions = definitions;
  }

  /** Whether a record's headers say that its value is JSON. */
  public static boolean isJson(Headers headers) {
    Header header = headers.lastHeader(HeaderNames.CONTENT_TYPE);
    if (header == null || header.value() == null) {
      return false;
    }
    String mediaType = new String(header.value(), StandardCharsets.UTF_8);
    int parameters = mediaType.indexOf(';');
    String essence = parameters < 0 ? mediaType : mediaType.substring(0, parameters);
    return essence.strip().toLowerCase(Locale.ROOT).equals(MEDIA_TYPE);
  }

  /**
   * A start.
   *
   * @throws MalformedRecordException when the bytes are none; the message names the field, its
   *     value and what is allowed
   */
  public WorkflowStart start(byte[] json) throws MalformedRecordException {
    return read(json, this::start);
  }

  /**
   * A control.
   *
   * @throws MalformedRecordException as {@link #start}
   */
  public WorkflowControl control(byte[] json) throws MalformedRecordException {
    return read(json, JsonIntake::control);
  }

  /**
   * A completion.
   *
   * @throws MalformedRecordException as {@link #start}
   */
  public StepCompletion completion(byte[] json) throws MalformedRecordException {
    return read(json, JsonIntake::completion);
  }

  private interface Form<R> {
    R read(JsonFields in) throws MalformedRecordException;
  }

  private static <R> R read(byte[] json, Form<R> form) throws MalformedRecordException {
    try (JsonFields in = JsonFields.of(json)) {
      R record = form.read(in);
      in.requireEnd();
      return record;
    } catch (JacksonException e) {
      throw new MalformedRecordException("not JSON: " + JsonFault.at(e), e);
    }
  }

  private WorkflowStart start(JsonFields in) throws MalformedRecordException {
    WorkflowStart.Builder start = WorkflowStart.newBuilder();
    String definition = null;
    int version = NO_VERSION;
    WorkflowDefinition inline = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "definition" -> definition = in.string(field);
        case "version" -> version = in.integer(field, NO_VERSION, Integer.MAX_VALUE);
        case "input" -> start.setInput(in.payload(field));
        case "tenant" -> start.setTenant(in.string(field));
        case "priority" ->
            start.setPriority(in.integer(field, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
        case "deadline" -> start.setDeadline(in.instant(field));
        case "inlineDefinition" -> inline = definitions.read(in.rawObject(field));
        default ->
            throw JsonFields.unknown(
                field,
                "definition, version, input, tenant, priority, deadline and inlineDefinition");
      }
    }
    if (inline != null) {
      definition = matching("definition", definition, inline.getName());
      version = matching("version", version == NO_VERSION ? null : version, inline.getVersion());
    }
    return start
        .setDefinition(required(definition, "definition"))
        .setVersion(version)
        .setInlineDefinition(inline)
        .build();
  }

  /** What a start says of its inline definition may be left out, but not differ from it. */
  private static <V> V matching(String field, @Nullable V said, V inline)
      throws MalformedRecordException {
    if (said != null && !said.equals(inline)) {
      throw new MalformedRecordException(
          "field '%s': %s: must be %s, as in inlineDefinition, or left out"
              .formatted(field, said, inline),
          null);
    }
    return inline;
  }

  private static WorkflowControl control(JsonFields in) throws MalformedRecordException {
    WorkflowControl.Builder control = WorkflowControl.newBuilder();
    ControlAction action = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "action" -> action = in.constant(field, List.of(ControlAction.CANCEL));
        case "reason" -> control.setReason(in.string(field));
        case "requestedBy" -> control.setRequestedBy(in.string(field));
        default -> throw JsonFields.unknown(field, "action, reason and requestedBy");
      }
    }
    return control.setAction(required(action, "action")).build();
  }

  private static StepCompletion completion(JsonFields in) throws MalformedRecordException {
    StepCompletion.Builder completion = StepCompletion.newBuilder();
    String step = null;
    Integer attempt = null;
    CompletionStatus status = null;
    Failure failure = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "step" -> step = in.string(field);
        case "attempt" -> attempt = in.integer(field, 1, Limits.ATTEMPTS);
        case "status" ->
            status =
                in.constant(field, List.of(CompletionStatus.SUCCEEDED, CompletionStatus.FAILED));
        case "output" -> completion.setOutput(in.payload(field));
        case "failure" -> failure = failure(in);
        case "startedAt" -> completion.setStartedAt(in.instant(field));
        case "endedAt" -> completion.setEndedAt(in.instant(field));
        case "worker" -> completion.setWorker(in.string(field));
        default ->
            throw JsonFields.unknown(
                field, "step, attempt, status, output, failure, startedAt, endedAt and worker");
      }
    }
    if (status == CompletionStatus.FAILED) {
      required(failure, "failure");
    }
    return completion
        .setStep(required(step, "step"))
        .setAttempt(required(attempt, "attempt"))
        .setStatus(required(status, "status"))
        .setFailure(failure)
        .build();
  }

  private static Failure failure(JsonFields in) throws MalformedRecordException {
    in.enter("failure");
    Failure.Builder failure = Failure.newBuilder();
    String type = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "type" -> type = in.string("failure.type");
        case "message" -> failure.setMessage(in.string("failure.message"));
        case "retryable" -> failure.setRetryable(in.bool("failure.retryable"));
        default -> throw JsonFields.unknown("failure." + field, "type, message and retryable");
      }
    }
    return failure.setType(required(type, "failure.type")).build();
  }
}
