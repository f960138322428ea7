package dev.millrace.schemas.wire;

import static dev.millrace.schemas.wire.JsonFields.required;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads starts, controls, completions and schedules written as JSON, for those who have no Avro at
 * hand: {@code {"definition": "quake", "input": {"place": "Reykjavik"}}}. The fields are those of
 * the records. {@code input}, {@code output} and {@code payload} are any JSON value, kept byte for
 * byte, or {@code {"$contentType": "image/png", "$base64": "..."}} for other content. Times are ISO
 * 8601 with an offset. Unknown fields, duplicate fields and values of a wrong type are refused, and
 * so is a nesting deeper than {@link Limits#JSON_DEPTH}. Thread-safe.
 */
public final class JsonIntake {
  private static final String MEDIA_TYPE = "application/json";
  private static final int NO_VERSION = 0;
  private static final List<ControlAction> ACTIONS =
      Stream.of(ControlAction.values()).filter(action -> action != ControlAction.UNKNOWN).toList();
  private static final List<CompletionStatus> STATUSES =
      Stream.of(CompletionStatus.values())
          .filter(status -> status != CompletionStatus.UNKNOWN)
          .toList();
  private static final List<DuplicatePolicy> DUPLICATE_POLICIES =
      Stream.of(DuplicatePolicy.values())
          .filter(policy -> policy != DuplicatePolicy.UNKNOWN)
          .toList();

  static { // the builders look up the classes of default values
    GeneratedRecords.model(WorkflowStart.class);
    GeneratedRecords.model(WorkflowControl.class);
    GeneratedRecords.model(StepCompletion.class);
  }

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

  /** Headers beside others that say of a record that its value is JSON. */
  public static Headers marked(Headers headers) {
    Headers marked = new RecordHeaders(headers.toArray());
    return marked.add(HeaderNames.CONTENT_TYPE, MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
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

  /**
   * A change of a schedule.
   *
   * @throws MalformedRecordException as {@link #start}
   */
  public WorkflowSchedule schedule(byte[] json) throws MalformedRecordException {
    return read(json, ScheduleJson::change);
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
    // Said here, since Avro makes the default of an enumeration only where the class is trusted.
    WorkflowStart.Builder start = WorkflowStart.newBuilder().setOnDuplicate(DuplicatePolicy.REJECT);
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
        case "parent" -> start.setParent(parent(in));
        case "onDuplicate" -> start.setOnDuplicate(in.constant(field, DUPLICATE_POLICIES));
        default ->
            throw JsonFields.unknown(
                field,
                "definition, version, input, tenant, priority, deadline, inlineDefinition, parent and onDuplicate");
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
        case "action" -> action = in.constant(field, ACTIONS);
        case "reason" -> control.setReason(in.string(field));
        case "requestedBy" -> control.setRequestedBy(in.string(field));
        case "step" -> control.setStep(in.string(field));
        case "name" -> control.setName(in.string(field));
        case "payload" -> control.setPayload(in.payload(field));
        case "priority" ->
            control.setPriority(in.integer(field, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
        case "version" -> control.setVersion(in.integer(field, 1, Integer.MAX_VALUE));
        case "dryRun" -> control.setDryRun(in.bool(field));
        case "id" -> control.setId(in.string(field));
        case "parent" -> control.setParent(parent(in));
        default ->
            throw JsonFields.unknown(
                field,
                "action, reason, requestedBy, step, name, payload, priority, version, dryRun, id and parent");
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
        case "attempt" -> attempt = in.integer(field, 1, Integer.MAX_VALUE);
        case "status" -> status = in.constant(field, STATUSES);
        case "output" -> completion.setOutput(in.payload(field));
        case "failure" -> failure = failure(in, field);
        case "startedAt" -> completion.setStartedAt(in.instant(field));
        case "endedAt" -> completion.setEndedAt(in.instant(field));
        case "worker" -> completion.setWorker(in.string(field));
        case "branch" -> completion.setBranch(in.integer(field, 0, Integer.MAX_VALUE));
        case "results" -> completion.setResults(results(in, field));
        case "retryAfterMs" -> completion.setRetryAfterMs(in.wholeNumber(field, 0, Long.MAX_VALUE));
        default ->
            throw JsonFields.unknown(
                field,
                "step, attempt, status, output, failure, startedAt, endedAt, worker, branch, results and retryAfterMs");
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

  private static List<ItemResult> results(JsonFields in, String field)
      throws MalformedRecordException {
    in.enterArray(field);
    List<ItemResult> results = new ArrayList<>();
    while (in.nextItem()) {
      results.add(result(in, field + "[" + results.size() + "]"));
    }
    return results;
  }

  private static ItemResult result(JsonFields in, String path) throws MalformedRecordException {
    in.enter(path);
    ItemResult.Builder result = ItemResult.newBuilder();
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "output" -> result.setOutput(in.payload(path + ".output"));
        case "failure" -> result.setFailure(failure(in, path + ".failure"));
        default -> throw JsonFields.unknown(path + "." + field, "output and failure");
      }
    }
    return result.build();
  }

  private static Failure failure(JsonFields in, String path) throws MalformedRecordException {
    in.enter(path);
    Failure.Builder failure = Failure.newBuilder();
    String type = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "type" -> type = in.string(path + ".type");
        case "message" -> failure.setMessage(in.string(path + ".message"));
        case "retryable" -> failure.setRetryable(in.bool(path + ".retryable"));
        default -> throw JsonFields.unknown(path + "." + field, "type, message and retryable");
      }
    }
    return failure.setType(required(type, path + ".type")).build();
  }

  private static ParentStep parent(JsonFields in) throws MalformedRecordException {
    in.enter("parent");
    String workflowId = null;
    String step = null;
    Integer attempt = null;
    Integer depth = null;
    int branch = -1;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "workflowId" -> workflowId = in.string("parent.workflowId");
        case "step" -> step = in.string("parent.step");
        case "attempt" -> attempt = in.integer("parent.attempt", 1, Integer.MAX_VALUE);
        case "depth" -> depth = in.integer("parent.depth", 1, Integer.MAX_VALUE);
        case "branch" -> branch = in.integer("parent.branch", -1, Integer.MAX_VALUE);
        default ->
            throw JsonFields.unknown(
                "parent." + field, "workflowId, step, attempt, depth and branch");
      }
    }
    return ParentStep.newBuilder()
        .setWorkflowId(required(workflowId, "parent.workflowId"))
        .setStep(required(step, "parent.step"))
        .setAttempt(required(attempt, "parent.attempt"))
        .setDepth(required(depth, "parent.depth"))
        .setBranch(branch)
        .build();
  }
}
