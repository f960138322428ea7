package dev.millrace.worker.internal;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.UnreadablePayloadException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A command as its handler sees it. */
final class CommandContext implements StepContext {
  private final StepCommand command;
  private final JsonMapper json;
  private final Consumer<@Nullable Payload> heartbeats;

  /**
   * A context.
   *
   * @param heartbeats sends a sign of life with the progress, if there is any
   */
  CommandContext(StepCommand command, JsonMapper json, Consumer<@Nullable Payload> heartbeats) {
    this.command = command;
    this.json = json;
    this.heartbeats = heartbeats;
  }

  @Override
  public String commandId() {
    return command.getWorkflowId() + '/' + command.getStep() + '/' + command.getAttempt();
  }

  @Override
  public String workflowId() {
    return command.getWorkflowId();
  }

  @Override
  public String step() {
    return command.getStep();
  }

  @Override
  public int attempt() {
    return command.getAttempt();
  }

  @Override
  public String type() {
    return command.getType();
  }

  @Override
  public String definition() {
    return command.getDefinition();
  }

  @Override
  public int definitionVersion() {
    return command.getDefinitionVersion();
  }

  @Override
  public String tenant() {
    return command.getTenant();
  }

  @Override
  public int priority() {
    return command.getPriority();
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.ofNullable(command.getDeadline());
  }

  @Override
  public Optional<Payload> input() {
    return Optional.ofNullable(payload(command.getInput()));
  }

  @Override
  public <T> T input(Class<T> type) {
    return read("input of the workflow", payload(command.getInput()), type);
  }

  @Override
  public List<Dependency> dependencies() {
    List<StepOutput> outputs = command.getDependencies();
    List<Dependency> dependencies = new ArrayList<>(outputs.size());
    for (StepOutput output : outputs) {
      dependencies.add(new Dependency(output.getStep(), payload(output.getOutput())));
    }
    return List.copyOf(dependencies);
  }

  @Override
  public Optional<Payload> dependency(String step) {
    return Optional.ofNullable(payload(output(step).getOutput()));
  }

  @Override
  public <T> T dependency(String step, Class<T> type) {
    return read("output of step '" + step + "'", payload(output(step).getOutput()), type);
  }

  @Override
  public void heartbeat(@Nullable Object progress) {
    Payload payload = progress == null ? null : written(progress);
    if (payload != null && payload.data().length > Limits.PROGRESS_BYTES) {
      throw new IllegalArgumentException(
          "progress of step '%s': %d bytes, the limit is %d: store it elsewhere and say where"
              .formatted(command.getStep(), payload.data().length, Limits.PROGRESS_BYTES));
    }
    heartbeats.accept(payload);
  }

  private Payload written(Object progress) {
    if (progress instanceof Payload payload) {
      return payload;
    }
    try {
      return Payload.json(json.writeValueAsBytes(progress));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "progress of step '%s': cannot be written as JSON: %s"
              .formatted(command.getStep(), e.getOriginalMessage()),
          e);
    }
  }

  @Override
  public Optional<Payload> lastHeartbeat() {
    return Optional.ofNullable(payload(command.getProgress()));
  }

  private StepOutput output(String step) {
    for (StepOutput output : command.getDependencies()) {
      if (output.getStep().equals(step)) {
        return output;
      }
    }
    throw new IllegalArgumentException(
        "step '%s' does not depend on '%s', but on %s: name it in dependsOn to get its output"
            .formatted(
                command.getStep(),
                step,
                command.getDependencies().stream().map(StepOutput::getStep).toList()));
  }

  private <T> T read(String what, @Nullable Payload payload, Class<T> type) {
    if (payload == null) {
      throw new UnreadablePayloadException(
          "%s: expected %s, but there is none".formatted(what, type.getSimpleName()), null);
    }
    if (!payload.isJson()) {
      throw new UnreadablePayloadException(
          "%s: expected JSON, but its content type is '%s': read it as a Payload"
              .formatted(what, payload.contentType()),
          null);
    }
    T value;
    try {
      value = json.readValue(payload.data(), type);
    } catch (JacksonException e) {
      throw new UnreadablePayloadException(
          "%s: not JSON of a %s: %s".formatted(what, type.getSimpleName(), e.getOriginalMessage()),
          e);
    }
    if (value == null) {
      throw new UnreadablePayloadException(
          "%s: expected %s, but it is the JSON value null".formatted(what, type.getSimpleName()),
          null);
    }
    return value;
  }

  private static @Nullable Payload payload(dev.millrace.schemas.v1.@Nullable Payload payload) {
    if (payload == null) {
      return null;
    }
    ByteBuffer data = payload.getData();
    if (data.hasArray() && data.arrayOffset() == 0 && data.remaining() == data.array().length) {
      return new Payload(payload.getContentType(), data.array());
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return new Payload(payload.getContentType(), bytes);
  }
}
