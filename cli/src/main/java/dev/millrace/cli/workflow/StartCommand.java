package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.UnreadableFile;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.JsonFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Starts one workflow, and waits for its end if asked to. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = "Starts one workflow and prints its id.")
public final class StartCommand implements Callable<Integer> {
  private static final int ID_TAKEN = 3;
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * How long no event may come of a start before it is looked whether the id was taken; each time
   * that it was not, twice as long as before.
   */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(
      paramLabel = "DEFINITION",
      description = "Name of the definition, or name/version; without a version the highest.")
  private String definition = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Id of the workflow; the same id twice starts one workflow (a random one).")
  private @Nullable String id;

  @Option(names = "--input", paramLabel = "JSON|@FILE", description = "Input of the workflow.")
  private @Nullable String input;

  @Option(names = "--tenant", paramLabel = "NAME", description = "Owner of the workflow.")
  private String tenant = "";

  @Option(
      names = "--priority",
      paramLabel = "N",
      defaultValue = "5",
      description = "0 (lowest) to 9 (highest); ${DEFAULT-VALUE} if not given.")
  private int priority;

  @Option(
      names = "--wait",
      description =
          "Wait for the end; the exit code is 0 only if the workflow succeeds, and 3 if the id was taken.")
  private boolean wait;

  @Option(
      names = "--wait-limit",
      paramLabel = "PERIOD",
      defaultValue = "PT1H",
      description = "How long to wait at most, such as PT30S (${DEFAULT-VALUE}).")
  private Duration waitLimit = Duration.ofHours(1);

  @Override
  public Integer call() {
    WorkflowStart start = start();
    String workflowId =
        WorkflowIds.checked(command, id == null ? UUID.randomUUID().toString() : id);
    Connection connection = where.connect();
    if (!wait) {
      send(connection, workflowId, start);
      return ExitCode.OK;
    }
    try (PartitionReader<WorkflowEvents> reader = events(connection, workflowId, false)) {
      if (id != null && engineKnows(workflowId).orElse(false)) {
        return taken(workflowId);
      }
      long offset = send(connection, workflowId, start);
      return awaitEnd(connection, reader, workflowId, offset);
    }
  }

  private PartitionReader<WorkflowEvents> events(
      Connection connection, String workflowId, boolean fromBeginning) {
    return new PartitionReader<>(
        connection,
        WorkflowEvents.class,
        connection.topics().events(),
        workflowId,
        fromBeginning,
        this::note);
  }

  private long send(Connection connection, String workflowId, WorkflowStart start) {
    String topic = connection.topics().starts();
    AvroCodec<WorkflowStart> codec =
        new AvroCodec<>(WorkflowStart.class, topic, connection.registry());
    long offset = RecordSender.send(connection, topic, workflowId, codec.encode(start));
    command.commandLine().getOut().println(workflowId);
    command.commandLine().getOut().flush();
    return offset;
  }

  private int awaitEnd(
      Connection connection,
      PartitionReader<WorkflowEvents> reader,
      String workflowId,
      long startOffset) {
    EventHistory history = new EventHistory();
    long begun = System.nanoTime();
    Duration silence = SILENCE;
    long look = begun + silence.toNanos();
    boolean known = false;
    boolean over = false;
    while (!over || (known && history.entries().isEmpty())) {
      for (PartitionReader.Found<WorkflowEvents> found : reader.poll(POLL)) {
        if (found.key().equals(workflowId)) {
          if (history.entries().isEmpty() && !isCausedBy(startOffset, found.value())) {
            return taken(workflowId);
          }
          history.add(found.offset(), found.value());
          EventHistory.Entry last = history.entries().getLast();
          if (last.endsWorkflow()) {
            command.commandLine().getOut().println(EventText.line(last));
            return last.event().getType() == EventType.WORKFLOW_SUCCEEDED
                ? ExitCode.OK
                : ExitCode.SOFTWARE;
          }
        }
      }
      over = System.nanoTime() - begun >= waitLimit.toNanos();
      if (history.entries().isEmpty() && (System.nanoTime() - look >= 0 || (over && !known))) {
        if (known) {
          return taken(workflowId);
        }
        // What is found may be this start, decided just now: its event then comes meanwhile.
        known = isKnown(connection, workflowId);
        silence = known ? SILENCE : silence.multipliedBy(2);
        look = System.nanoTime() + silence.toNanos();
      }
    }
    throw new CommandFailedException(
        "workflow '%s': not ended after %s; it goes on: see 'millrace events %s'"
            .formatted(workflowId, waitLimit, workflowId));
  }

  private static boolean isCausedBy(long startOffset, WorkflowEvents events) {
    return events.getSource() == EventSource.START && events.getSourceOffset() == startOffset;
  }

  /**
   * Whether there is a workflow of that id: the engine knows, and the event log if it is silent.
   */
  private boolean isKnown(Connection connection, String workflowId) {
    Optional<Boolean> told = engineKnows(workflowId);
    if (told.isPresent()) {
      return told.get();
    }
    boolean known = false;
    try (PartitionReader<WorkflowEvents> log = events(connection, workflowId, true)) {
      while (!log.caughtUp() && !known) {
        known = log.poll(POLL).stream().anyMatch(found -> found.key().equals(workflowId));
      }
    }
    return known;
  }

  /** Whether the engine knows a workflow of that id; empty when it cannot be asked. */
  private Optional<Boolean> engineKnows(String workflowId) {
    Optional<String> url = where.findEngine();
    if (url.isEmpty()) {
      return Optional.empty();
    }
    try (EngineClient engine = new EngineClient(url.get())) {
      return Optional.of(engine.workflow(workflowId).isPresent());
    } catch (CommandFailedException e) {
      note(e.getMessage() + "; relying on the event log instead");
      return Optional.empty();
    }
  }

  private int taken(String workflowId) {
    note(
        "workflow '%s': the id is taken by an earlier start, so nothing was started; see 'millrace events %s'"
            .formatted(workflowId, workflowId));
    return ID_TAKEN;
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }

  private WorkflowStart start() {
    if (tenant.length() > Limits.TENANT_CHARS) {
      throw refused(
          "tenant of %d characters: must have at most %d"
              .formatted(tenant.length(), Limits.TENANT_CHARS));
    }
    if (priority < Limits.LOWEST_PRIORITY || priority > Limits.HIGHEST_PRIORITY) {
      throw refused(
          "priority %d: must be %d to %d"
              .formatted(priority, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
    }
    int slash = definition.lastIndexOf('/');
    String name = slash < 0 ? definition : definition.substring(0, slash);
    return WorkflowStart.newBuilder()
        .setDefinition(name)
        .setVersion(slash < 0 ? 0 : version(definition.substring(slash + 1)))
        .setInput(input == null ? null : payload(input))
        .setTenant(tenant)
        .setPriority(priority)
        .setOnDuplicate(DuplicatePolicy.REJECT)
        .build();
  }

  private int version(String text) {
    try {
      int version = Integer.parseInt(text);
      if (version >= 1) {
        return version;
      }
    } catch (NumberFormatException e) {
      throw refused(
          "definition '%s': after the slash comes a version number".formatted(definition));
    }
    throw refused("definition '%s': versions start at 1".formatted(definition));
  }

  private Payload payload(String given) {
    byte[] bytes =
        given.startsWith("@")
            ? read(Path.of(given.substring(1)))
            : given.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Limits.PAYLOAD_BYTES) {
      throw refused(
          "input of %d bytes: must have at most %d; put large data elsewhere and pass where it is"
              .formatted(bytes.length, Limits.PAYLOAD_BYTES));
    }
    try {
      JsonMapper.shared().readTree(bytes);
    } catch (JacksonException e) {
      throw refused("input: not JSON: %s".formatted(JsonFault.at(e)));
    }
    return Payload.newBuilder().setData(ByteBuffer.wrap(bytes)).build();
  }

  private byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw refused("input: " + UnreadableFile.sentence(file, e));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
