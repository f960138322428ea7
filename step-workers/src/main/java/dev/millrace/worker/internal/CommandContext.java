package dev.millrace.worker.internal;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A command as its handler sees it. */
final class CommandContext implements StepContext {
  private static final String INPUT = "input of the workflow";

  private final StepCommand command;
  private final PayloadValues values;
  private final @Nullable String traceparent;
  private final Logger logger;
  private final RunningCommand running;
  private final DecodedPayloads decoded = new DecodedPayloads();
  private final HandlerThreads threads;
  private final InstantSource clock;

  /**
   * A context.
   *
   * @param traceparent what the command's header of this name says; null if it has none
   * @param logger of the step type
   * @param running what is told of the command while its handler runs
   * @param threads where its handler runs
   * @param clock the worker's
   */
  CommandContext(
      StepCommand command,
      PayloadValues values,
      @Nullable String traceparent,
      Logger logger,
      RunningCommand running,
      HandlerThreads threads,
      InstantSource clock) {
    this.command = command;
    this.values = values;
    this.traceparent = traceparent;
    this.logger = logger;
    this.running = running;
    this.threads = threads;
    this.clock = clock;
  }

  @Override
  public String commandId() {
    return idOf(command);
  }

  static String idOf(StepCommand command) {
    String step = command.getWorkflowId() + '/' + command.getStep() + '/';
    return command.getBranch() < 0
        ? step + command.getAttempt()
        : step + command.getBranch() + '/' + command.getAttempt();
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
  public OptionalInt branch() {
    return command.getBranch() < 0 ? OptionalInt.empty() : OptionalInt.of(command.getBranch());
  }

  @Override
  public boolean hasItems() {
    return !command.getItems().isEmpty();
  }

  @Override
  public List<Payload> items() {
    List<Payload> items = new ArrayList<>(command.getItems().size());
    for (dev.millrace.schemas.v1.Payload item : command.getItems()) {
      items.add(decoded("item " + items.size() + " of the batch", item));
    }
    return List.copyOf(items);
  }

  @Override
  public <T> List<T> items(Class<T> type) {
    List<T> values = new ArrayList<>(command.getItems().size());
    for (Payload item : items()) {
      values.add(this.values.read("item " + values.size() + " of the batch", item, type));
    }
    return List.copyOf(values);
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
  public InstantSource clock() {
    return clock;
  }

  @Override
  public Optional<Payload> input() {
    return Optional.ofNullable(decoded(INPUT, command.getInput()));
  }

  @Override
  public <T> T input(Class<T> type) {
    return values.read(INPUT, decoded(INPUT, command.getInput()), type);
  }

  @Override
  public List<Dependency> dependencies() {
    List<StepOutput> outputs = command.getDependencies();
    List<Dependency> dependencies = new ArrayList<>(outputs.size());
    for (StepOutput output : outputs) {
      dependencies.add(new Dependency(output.getStep(), decoded(output)));
    }
    return List.copyOf(dependencies);
  }

  @Override
  public Optional<Payload> dependency(String step) {
    return Optional.ofNullable(decoded(output(step)));
  }

  @Override
  public <T> T dependency(String step, Class<T> type) {
    return values.read(outputOf(step), decoded(output(step)), type);
  }

  @Override
  public void heartbeat(@Nullable Object progress) {
    Payload payload = progress == null ? null : written(progress);
    if (payload != null && payload.data().length > Limits.PROGRESS_BYTES) {
      throw new IllegalArgumentException(
          "progress of step '%s': %d bytes, the limit is %d: store it elsewhere and say where"
              .formatted(command.getStep(), payload.data().length, Limits.PROGRESS_BYTES));
    }
    running.progress(payload, threads.nanoTime(), RunningCommands.LEAST_HEARTBEAT_NANOS);
  }

  private Payload written(Object progress) {
    try {
      return values.write(progress);
    } catch (UnwritableValueException e) {
      throw new IllegalArgumentException(
          "progress of step '%s': %s".formatted(command.getStep(), e.getMessage()), e);
    }
  }

  @Override
  public Payload write(Object value) {
    try {
      return values.plain(value);
    } catch (UnwritableValueException e) {
      throw new IllegalArgumentException(
          "output of step '%s': %s".formatted(command.getStep(), e.getMessage()), e);
    }
  }

  @Override
  public Optional<Payload> lastHeartbeat() {
    return Optional.ofNullable(decoded("progress of the attempt before", command.getProgress()));
  }

  @Override
  public boolean isCancelled() {
    return running.isCancelled();
  }

  @Override
  public void onCancel(Runnable action) {
    running.onCancel(action);
  }

  @Override
  public Logger logger() {
    return logger;
  }

  @Override
  public Optional<String> traceparent() {
    return Optional.ofNullable(traceparent);
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

  private @Nullable Payload decoded(StepOutput output) {
    return decoded(outputOf(output.getStep()), output.getOutput());
  }

  private static String outputOf(String step) {
    return "output of step '" + step + "'";
  }

  /** A payload as the handler sees it, made once: it may come from far away. */
  @SuppressWarnings("ReferenceEquality") // the same object is one that was not encoded
  private @Nullable Payload decoded(String what, dev.millrace.schemas.v1.@Nullable Payload wire) {
    if (wire == null) {
      return null;
    }
    Payload known = decoded.get(wire);
    if (known != null) {
      return known;
    }
    Payload encoded = payload(wire);
    Payload payload = values.decoded(decoded.codec(values), what, encoded);
    if (payload != encoded) {
      decoded.put(wire, payload);
    }
    return payload;
  }

  private static Payload payload(dev.millrace.schemas.v1.Payload payload) {
    ByteBuffer data = payload.getData();
    if (data.hasArray() && data.arrayOffset() == 0 && data.remaining() == data.array().length) {
      return new Payload(payload.getContentType(), data.array());
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return new Payload(payload.getContentType(), bytes);
  }
}
