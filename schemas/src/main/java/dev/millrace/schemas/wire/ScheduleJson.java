package dev.millrace.schemas.wire;

import static dev.millrace.schemas.wire.JsonFields.required;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.WorkflowSchedule;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Schedules as JSON, in the form that the topic of schedules takes and the events show: {@code
 * {"action": "SET", "schedule": {"definition": "report", "cron": "0 3 * * *"}}}. Thread-safe.
 */
public final class ScheduleJson {
  private static final JsonFactory JSON = JsonFactory.builder().build();
  private static final List<ScheduleAction> ACTIONS =
      List.of(
          ScheduleAction.SET, ScheduleAction.PAUSE, ScheduleAction.RESUME, ScheduleAction.BACKFILL);
  private static final List<OverlapPolicy> POLICIES =
      List.of(
          OverlapPolicy.SKIP,
          OverlapPolicy.QUEUE,
          OverlapPolicy.ALLOW,
          OverlapPolicy.CANCEL_PREVIOUS);

  private ScheduleJson() {}

  static WorkflowSchedule change(JsonFields in) throws MalformedRecordException {
    WorkflowSchedule.Builder change = WorkflowSchedule.newBuilder();
    ScheduleAction action = null;
    for (String field = in.next(); field != null; field = in.next()) {
      switch (field) {
        case "action" -> action = in.constant(field, ACTIONS);
        case "schedule" -> {
          in.enter(field);
          change.setSchedule(spec(in, field + "."));
        }
        case "from" -> change.setFrom(in.instant(field));
        case "to" -> change.setTo(in.instant(field));
        case "overlap" -> change.setOverlap(in.constant(field, POLICIES));
        case "reason" -> change.setReason(in.string(field));
        case "requestedBy" -> change.setRequestedBy(in.string(field));
        default ->
            throw JsonFields.unknown(
                field, "action, schedule, from, to, overlap, reason and requestedBy");
      }
    }
    return change.setAction(required(action, "action")).build();
  }

  /**
   * What a schedule says.
   *
   * @throws MalformedRecordException when the bytes are no such JSON
   */
  public static ScheduleSpec read(byte[] json) throws MalformedRecordException {
    try (JsonFields in = JsonFields.of(json)) {
      ScheduleSpec spec = spec(in, "");
      in.requireEnd();
      return spec;
    } catch (JacksonException e) {
      throw new MalformedRecordException("not JSON: " + JsonFault.at(e), e);
    }
  }

  private static ScheduleSpec spec(JsonFields in, String path) throws MalformedRecordException {
    ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
    String definition = null;
    for (String name = in.next(); name != null; name = in.next()) {
      String field = path + name;
      switch (name) {
        case "definition" -> definition = in.string(field);
        case "version" -> spec.setVersion(in.integer(field, 0, Integer.MAX_VALUE));
        case "cron" -> spec.setCron(in.string(field));
        case "intervalMs" -> spec.setIntervalMs(in.wholeNumber(field, 0, Long.MAX_VALUE));
        case "timeZone" -> spec.setTimeZone(in.string(field));
        case "overlap" -> spec.setOverlap(in.constant(field, POLICIES));
        case "catchUpMs" -> spec.setCatchUpMs(in.wholeNumber(field, 0, Long.MAX_VALUE));
        case "paused" -> spec.setPaused(in.bool(field));
        case "input" -> spec.setInput(in.payload(field));
        case "carry" -> spec.setCarry(in.bool(field));
        case "tenant" -> spec.setTenant(in.string(field));
        case "priority" ->
            spec.setPriority(in.integer(field, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
        default ->
            throw JsonFields.unknown(
                field,
                "definition, version, cron, intervalMs, timeZone, overlap, catchUpMs, paused, input, carry, tenant and priority");
      }
    }
    return spec.setDefinition(required(definition, path + "definition")).build();
  }

  /** What a schedule says, in the form that {@link #read} takes. */
  public static byte[] write(ScheduleSpec spec) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("definition", spec.getDefinition());
      json.writeNumberProperty("version", spec.getVersion());
      if (spec.getCron().isEmpty()) {
        json.writeNumberProperty("intervalMs", spec.getIntervalMs());
      } else {
        json.writeStringProperty("cron", spec.getCron());
      }
      json.writeStringProperty("timeZone", spec.getTimeZone());
      json.writeStringProperty("overlap", spec.getOverlap().name());
      json.writeNumberProperty("catchUpMs", spec.getCatchUpMs());
      json.writeBooleanProperty("paused", spec.getPaused());
      if (spec.getInput() != null) {
        json.writeName("input");
        Payload input = spec.getInput();
        PayloadJson.writeUnchanged(json, input.getContentType(), EventsJson.bytes(input.getData()));
      }
      json.writeBooleanProperty("carry", spec.getCarry());
      json.writeStringProperty("tenant", spec.getTenant());
      json.writeNumberProperty("priority", spec.getPriority());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
