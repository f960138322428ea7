package dev.millrace.schemas.wire;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Writes events as JSON, one object a line, payloads as {@link PayloadJson} does. Fields that say
 * nothing are left out. Thread-safe.
 */
public final class EventsJson {
  private EventsJson() {}

  /** One event of a workflow as one line, without the line's end. */
  public static String line(String workflowId, EventHistory.Entry entry) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = PayloadJson.JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringProperty("id", entry.id(workflowId));
      json.writeStringProperty("at", entry.at().toString());
      write(json, entry.event());
      if (!entry.scope().isEmpty() || hasNumber(entry.event().getType())) {
        json.writeNumberProperty("number", entry.event().getNumber());
      }
      if (entry.event().getResults() != null) {
        write(json, entry.event().getResults());
      }
      json.writeEndObject();
    }
    return line.toString();
  }

  private static void write(JsonGenerator json, WorkflowEvent event) {
    json.writeStringProperty("type", event.getType().name());
    if (!event.getStep().isEmpty()) {
      json.writeStringProperty("step", event.getStep());
      json.writeNumberProperty("attempt", event.getAttempt());
    }
    if (event.getDueAt() != null) {
      json.writeStringProperty("dueAt", event.getDueAt().toString());
    }
    if (event.getPayload() != null) {
      json.writeName("payload");
      write(json, event.getPayload());
    }
    if (event.getFailure() != null) {
      write(json, event.getFailure());
    }
    if (event.getStart() != null) {
      write(json, event.getStart());
    }
    if (!event.getReason().isEmpty()) {
      json.writeStringProperty("reason", event.getReason());
    }
    if (!event.getSteps().isEmpty()) {
      json.writeArrayPropertyStart("steps");
      event.getSteps().forEach(json::writeString);
      json.writeEndArray();
    }
    if (!event.getName().isEmpty()) {
      json.writeStringProperty("name", event.getName());
    }
  }

  private static void write(JsonGenerator json, List<ItemResult> results) {
    json.writeArrayPropertyStart("results");
    for (ItemResult result : results) {
      json.writeStartObject();
      if (result.getOutput() != null) {
        json.writeName("output");
        write(json, result.getOutput());
      }
      if (result.getFailure() != null) {
        write(json, result.getFailure());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Whether 0 is a value of {@code number} rather than its absence. */
  private static boolean hasNumber(EventType type) {
    return switch (type) {
      case PRIORITY_CHANGED,
          WORKFLOW_MIGRATED,
          BRANCHES_OPENED,
          BRANCHES_REPORTED,
          SLOTS_MISSED,
          BACKFILL_ACCEPTED,
          SCHEDULE_SET ->
          true;
      case UNKNOWN,
          WORKFLOW_STARTED,
          WORKFLOW_REJECTED,
          STEP_DISPATCHED,
          STEP_SUCCEEDED,
          ATTEMPT_FAILED,
          STEP_FAILED,
          WORKFLOW_SUCCEEDED,
          WORKFLOW_FAILED,
          WORKFLOW_CANCELLED,
          WORKFLOW_TIMED_OUT,
          STEP_SKIPPED,
          STEP_SUSPENDED,
          STEP_HELD,
          STEP_REPEATED,
          HEARTBEAT,
          SIGNAL_RECEIVED,
          WORKFLOW_PAUSED,
          WORKFLOW_RESUMED,
          WORKFLOW_ENDING,
          STEPS_RESET,
          CONTROL_REFUSED,
          WORKFLOW_TERMINATED,
          SCHEDULE_PAUSED,
          SCHEDULE_RESUMED,
          SCHEDULE_DELETED,
          BACKFILL_DONE,
          SLOT_STARTED,
          SLOT_QUEUED,
          SLOT_SKIPPED,
          SLOT_CANCEL_REQUESTED,
          SLOT_ENDED ->
          false;
    };
  }

  private static void write(JsonGenerator json, Failure failure) {
    json.writeObjectPropertyStart("failure");
    json.writeStringProperty("type", failure.getType());
    json.writeStringProperty("message", failure.getMessage());
    json.writeBooleanProperty("retryable", failure.getRetryable());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, StartDetail start) {
    json.writeObjectPropertyStart("start");
    json.writeStringProperty("definition", start.getDefinition());
    json.writeNumberProperty("version", start.getVersion());
    json.writeStringProperty("tenant", start.getTenant());
    json.writeNumberProperty("priority", start.getPriority());
    if (start.getInlineDefinition() != null) {
      json.writeName("inlineDefinition");
      json.writeRawValue(start.getInlineDefinition().toString()); // Avro's text of it is JSON
    }
    ParentStep parent = start.getParent();
    if (parent != null) {
      json.writeObjectPropertyStart("parent");
      json.writeStringProperty("workflowId", parent.getWorkflowId());
      json.writeStringProperty("step", parent.getStep());
      json.writeNumberProperty("attempt", parent.getAttempt());
      json.writeNumberProperty("depth", parent.getDepth());
      if (parent.getBranch() >= 0) {
        json.writeNumberProperty("branch", parent.getBranch());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Payload payload) {
    PayloadJson.write(json, payload.getContentType(), bytes(payload.getData()));
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }
}
