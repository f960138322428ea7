package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * One event of a workflow, for people and as JSON.
 *
 * @param workflowId the workflow
 * @param sequence its number in the workflow, from 0
 * @param at when the engine decided
 */
record EventText(String workflowId, long sequence, Instant at, WorkflowEvent event) {
  private static final JsonMapper JSON = JsonMapper.shared();

  static EventText of(String workflowId, EventHistory.Entry entry) {
    return new EventText(workflowId, entry.sequence(), entry.at(), entry.event());
  }

  /** Whether nothing more happens to the workflow after this. */
  boolean ends() {
    return switch (event.getType()) {
      case WORKFLOW_SUCCEEDED,
          WORKFLOW_FAILED,
          WORKFLOW_CANCELLED,
          WORKFLOW_TIMED_OUT,
          WORKFLOW_REJECTED ->
          true;
      case UNKNOWN,
          WORKFLOW_STARTED,
          STEP_DISPATCHED,
          STEP_SUCCEEDED,
          ATTEMPT_FAILED,
          STEP_FAILED ->
          false;
    };
  }

  boolean succeeds() {
    return event.getType() == EventType.WORKFLOW_SUCCEEDED;
  }

  /** One line. */
  String line() {
    StringBuilder line = new StringBuilder("%s %5d %-18s".formatted(at, sequence, event.getType()));
    if (!event.getStep().isEmpty()) {
      line.append(' ').append(event.getStep()).append('#').append(event.getAttempt());
    }
    StartDetail start = event.getStart();
    if (start != null) {
      line.append(' ').append(start.getDefinition()).append('/').append(start.getVersion());
    }
    Failure failure = event.getFailure();
    if (failure != null) {
      line.append(' ').append(failure.getType()).append(": ").append(failure.getMessage());
    }
    return line.toString().stripTrailing();
  }

  /** One JSON object without line breaks. */
  String json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", workflowId + "/" + sequence);
    object.put("at", at.toString());
    object.put("type", event.getType().name());
    if (!event.getStep().isEmpty()) {
      object.put("step", event.getStep());
      object.put("attempt", event.getAttempt());
    }
    if (event.getDueAt() != null) {
      object.put("dueAt", event.getDueAt().toString());
    }
    Payload payload = event.getPayload();
    if (payload != null) {
      object.put("payload", content(payload));
    }
    Failure failure = event.getFailure();
    if (failure != null) {
      object.put("failure", Map.of("type", failure.getType(), "message", failure.getMessage()));
    }
    StartDetail start = event.getStart();
    if (start != null) {
      object.put("definition", start.getDefinition());
      object.put("version", start.getVersion());
      object.put("tenant", start.getTenant());
      object.put("priority", start.getPriority());
      if (start.getInlineDefinition() != null) {
        object.put("inlineDefinition", JSON.readTree(start.getInlineDefinition().toString()));
      }
    }
    return JSON.writeValueAsString(object);
  }

  private static Object content(Payload payload) {
    ByteBuffer data = payload.getData().duplicate();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    boolean json = payload.getContentType().isEmpty() || payload.getContentType().contains("json");
    if (json) {
      try {
        return JSON.readTree(bytes);
      } catch (JacksonException e) {
        return new String(
            bytes, StandardCharsets.UTF_8); // not what it says it is: show it as it is
      }
    }
    return Map.of(
        "contentType",
        payload.getContentType(),
        "base64",
        Base64.getEncoder().encodeToString(bytes));
  }
}
