package dev.millrace.schemas.wire;

import static dev.millrace.schemas.wire.JsonFields.required;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;

/**
 * Commands as JSON on one line, for workers that have no Avro at hand. The fields are those of the
 * record, payloads as {@link PayloadJson} writes them; what is null or empty is left out, and so is
 * the branch of a step that has none. Thread-safe.
 */
public final class CommandJson {
  private static final int NO_BRANCH = -1;
  private static final int DEFAULT_PRIORITY = 5;

  private CommandJson() {}

  /**
   * Reads a command. Fields that are not known here are a newer engine's, and read past.
   *
   * @throws MalformedRecordException when the bytes are none; the message names the field
   */
  public static StepCommand read(byte[] json) throws MalformedRecordException {
    try (JsonFields in = JsonFields.of(json)) {
      StepCommand command = new StepCommand();
      command.setBranch(NO_BRANCH);
      command.setDependencies(List.of());
      command.setItems(List.of());
      command.setTenant("");
      command.setPriority(DEFAULT_PRIORITY);
      for (String field = in.next(); field != null; field = in.next()) {
        set(command, field, in);
      }
      in.requireEnd();
      required(command.getWorkflowId(), "workflowId");
      required(command.getStep(), "step");
      required(command.getType(), "type");
      required(command.getDefinition(), "definition");
      required(command.getAttempt() == 0 ? null : command.getAttempt(), "attempt");
      return command;
    } catch (JacksonException e) {
      throw new MalformedRecordException("not JSON: " + JsonFault.at(e), e);
    }
  }

  private static void set(StepCommand command, String field, JsonFields in)
      throws MalformedRecordException {
    switch (field) {
      case "workflowId" -> command.setWorkflowId(in.string(field));
      case "step" -> command.setStep(in.string(field));
      case "branch" -> command.setBranch(in.integer(field, 0, Integer.MAX_VALUE));
      case "attempt" -> command.setAttempt(in.integer(field, 1, Integer.MAX_VALUE));
      case "type" -> command.setType(in.string(field));
      case "definition" -> command.setDefinition(in.string(field));
      case "definitionVersion" ->
          command.setDefinitionVersion(in.integer(field, 1, Integer.MAX_VALUE));
      case "input" -> command.setInput(in.payload(field));
      case "dependencies" -> command.setDependencies(dependencies(in, field));
      case "items" -> command.setItems(items(in, field));
      case "tenant" -> command.setTenant(in.string(field));
      case "priority" ->
          command.setPriority(in.integer(field, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
      case "deadline" -> command.setDeadline(in.instant(field));
      case "progress" -> command.setProgress(in.payload(field));
      case "heartbeatMs" -> command.setHeartbeatMs(in.wholeNumber(field, 0, Long.MAX_VALUE));
      default -> in.payload(field);
    }
  }

  private static List<StepOutput> dependencies(JsonFields in, String field)
      throws MalformedRecordException {
    in.enterArray(field);
    List<StepOutput> dependencies = new ArrayList<>();
    while (in.nextItem()) {
      String path = field + "[" + dependencies.size() + "]";
      in.enter(path);
      StepOutput dependency = new StepOutput();
      for (String name = in.next(); name != null; name = in.next()) {
        switch (name) {
          case "step" -> dependency.setStep(in.string(path + ".step"));
          case "output" -> dependency.setOutput(in.payload(path + ".output"));
          default -> in.payload(path + "." + name);
        }
      }
      required(dependency.getStep(), path + ".step");
      dependencies.add(dependency);
    }
    return dependencies;
  }

  private static List<Payload> items(JsonFields in, String field) throws MalformedRecordException {
    in.enterArray(field);
    List<Payload> items = new ArrayList<>();
    while (in.nextItem()) {
      items.add(in.payload(field + "[" + items.size() + "]"));
    }
    return items;
  }

  /** A command in UTF-8. */
  public static byte[] write(StepCommand command) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = PayloadJson.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringProperty("workflowId", command.getWorkflowId());
      json.writeStringProperty("step", command.getStep());
      if (command.getBranch() >= 0) {
        json.writeNumberProperty("branch", command.getBranch());
      }
      json.writeNumberProperty("attempt", command.getAttempt());
      json.writeStringProperty("type", command.getType());
      json.writeStringProperty("definition", command.getDefinition());
      json.writeNumberProperty("definitionVersion", command.getDefinitionVersion());
      write(json, "input", command.getInput());
      writeDependencies(json, command);
      writeItems(json, command);
      if (!command.getTenant().isEmpty()) {
        json.writeStringProperty("tenant", command.getTenant());
      }
      json.writeNumberProperty("priority", command.getPriority());
      if (command.getDeadline() != null) {
        json.writeStringProperty("deadline", command.getDeadline().toString());
      }
      write(json, "progress", command.getProgress());
      if (command.getHeartbeatMs() > 0) {
        json.writeNumberProperty("heartbeatMs", command.getHeartbeatMs());
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeDependencies(JsonGenerator json, StepCommand command) {
    if (command.getDependencies().isEmpty()) {
      return;
    }
    json.writeArrayPropertyStart("dependencies");
    for (StepOutput dependency : command.getDependencies()) {
      json.writeStartObject();
      json.writeStringProperty("step", dependency.getStep());
      write(json, "output", dependency.getOutput());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeItems(JsonGenerator json, StepCommand command) {
    if (command.getItems().isEmpty()) {
      return;
    }
    json.writeArrayPropertyStart("items");
    command.getItems().forEach(item -> write(json, item));
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String field, @Nullable Payload payload) {
    if (payload != null) {
      json.writeName(field);
      write(json, payload);
    }
  }

  private static void write(JsonGenerator json, Payload payload) {
    ByteBuffer data = payload.getData().duplicate();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    PayloadJson.write(json, payload.getContentType(), bytes);
  }
}
