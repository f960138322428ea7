package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.orchestrator.definition.DurationText;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
  @Mixin private StartOptions options = new StartOptions();

  @Parameters(
      paramLabel = "DEFINITION",
      description = "Name of the definition, or name/version; without a version the highest.")
  private String definition = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Id of the workflow; the same id twice starts one workflow (a random one).")
  private @Nullable String id;

  @Option(
      names = "--on-duplicate",
      paramLabel = "POLICY",
      defaultValue = "reject",
      description = {
        "What to do when the id is taken (${DEFAULT-VALUE}): reject; return-existing, which is no failure;",
        "cancel-existing, which starts this workflow when the other has ended; allow-after-end."
      },
      converter = DuplicatePolicyConverter.class)
  private DuplicatePolicy onDuplicate = DuplicatePolicy.REJECT;

  @Option(
      names = "--wait",
      description =
          "Wait for the end; the exit code is 0 only if the workflow succeeds or was to be left as it is, and 3 if the id was taken.")
  private boolean wait;

  @Option(
      names = "--wait-limit",
      paramLabel = "PERIOD",
      defaultValue = "1h",
      description = "How long to wait at most, such as 30s (${DEFAULT-VALUE}).")
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
    try (PartitionReader<WorkflowEvents> reader =
        WorkflowLog.open(connection, workflowId, false, this::note)) {
      if (id != null && !mayFollow() && engineKnows(workflowId).orElse(false)) {
        return taken(workflowId);
      }
      long offset = send(connection, workflowId, start);
      return awaitEnd(connection, reader, workflowId, offset);
    }
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
        // Those of branches have a scope of their own, and may be read before the beginning.
        if (found.key().equals(workflowId) && found.value().getScope().isEmpty()) {
          if (history.entries().isEmpty() && !isBegunBy(startOffset, found.value())) {
            if (onDuplicate == DuplicatePolicy.CANCEL_EXISTING) {
              continue; // the other one's, until its end
            }
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
      if (onDuplicate != DuplicatePolicy.CANCEL_EXISTING
          && history.entries().isEmpty()
          && (System.nanoTime() - look >= 0 || (over && !known))) {
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
            .formatted(workflowId, DurationText.print(waitLimit), workflowId));
  }

  /** Whether it was this start that began a workflow, or was rejected; not what it cancels. */
  private static boolean isBegunBy(long startOffset, WorkflowEvents events) {
    EventType first = events.getEvents().getFirst().getType();
    return events.getSource() == EventSource.START
        && events.getSourceOffset() == startOffset
        && (first == EventType.WORKFLOW_STARTED || first == EventType.WORKFLOW_REJECTED);
  }

  /** Whether this workflow may begin although another one had the id. */
  private boolean mayFollow() {
    return onDuplicate == DuplicatePolicy.CANCEL_EXISTING
        || onDuplicate == DuplicatePolicy.ALLOW_AFTER_END;
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
    try (PartitionReader<WorkflowEvents> log =
        WorkflowLog.open(connection, workflowId, true, this::note)) {
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
    if (onDuplicate == DuplicatePolicy.RETURN_EXISTING) {
      note("workflow '%s': is there already and was left as it is".formatted(workflowId));
      return ExitCode.OK;
    }
    note(
        "workflow '%s': the id is taken by an earlier start, so nothing was started; see 'millrace events %s'"
            .formatted(workflowId, workflowId));
    return ID_TAKEN;
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }

  private WorkflowStart start() {
    GivenDefinition given = GivenDefinition.of(command, definition);
    return WorkflowStart.newBuilder()
        .setDefinition(given.name())
        .setVersion(given.version())
        .setInput(options.input())
        .setTenant(options.tenant())
        .setPriority(options.priority())
        .setOnDuplicate(onDuplicate)
        .build();
  }
}
