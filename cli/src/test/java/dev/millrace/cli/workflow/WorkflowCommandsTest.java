package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.BuiltInRegistry;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.testing.JvmProcess;
import dev.millrace.testing.Patience;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkflowCommandsTest {
  @TempDir private Path folder;
  private static EmbeddedKafka kafka;
  private static BuiltInRegistry registry;
  private static Connection connection;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.builder().start();
    registry = BuiltInRegistry.inMemory(0);
    connection =
        new Connection(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            Optional.of(registry.url()),
            Map.of(),
            Topics.standard());
    assertThat(run("topics", "apply", "--partitions", "3").exitCode()).isZero();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    registry.close();
    kafka.close();
  }

  @Test
  void startSendsOneRecordAndPrintsTheId() {
    CliRun run =
        run(
            "start",
            "order/3",
            "--id",
            "w1",
            "--input",
            "{\"a\":1}",
            "--tenant",
            "t",
            "--priority",
            "9");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo("w1");
    WorkflowStart start = only(WorkflowStart.class, connection.topics().starts(), "w1");
    assertThat(start.getDefinition()).isEqualTo("order");
    assertThat(start.getVersion()).isEqualTo(3);
    assertThat(start.getTenant()).isEqualTo("t");
    assertThat(start.getPriority()).isEqualTo(9);
    assertThat(StandardCharsets.UTF_8.decode(start.getInput().getData()).toString())
        .isEqualTo("{\"a\":1}");
  }

  /** Avro trusts the classes of records only once something has made a codec for them. */
  @Test
  void startWorksInAJvmThatHasMadeNoRecordBefore() throws Exception {
    try (JvmProcess start =
        JvmProcess.start(
            Millrace.class,
            List.of(
                "start",
                "order",
                "--id",
                "fresh",
                "--bootstrap-servers",
                kafka.bootstrapServers(),
                "--schema-registry",
                registry.url()))) {
      assertThat(start.awaitLine("fresh")).isEqualTo("fresh");
    }
  }

  @Test
  void cancelSendsOneRecord() {
    CliRun run = run("cancel", "w2", "--reason", "wrong address");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualToIgnoringNewLines("cancel of w2 sent; 'millrace events w2' shows its effect");
    WorkflowControl control = only(WorkflowControl.class, connection.topics().controls(), "w2");
    assertThat(control.getAction()).isEqualTo(ControlAction.CANCEL);
    assertThat(control.getReason()).isEqualTo("wrong address");
  }

  @Test
  void everyControlCarriesItsDetailsAndAnId() {
    assertThat(control("pause", "c1").getId()).isNotEmpty();
    WorkflowControl signal =
        control("signal", "c2", "--name", "approve", "--payload", "{\"by\":1}", "--id", "once");
    assertThat(signal.getId()).isEqualTo("once");
    assertThat(signal.getName()).isEqualTo("approve");
    assertThat(StandardCharsets.UTF_8.decode(signal.getPayload().getData()).toString())
        .isEqualTo("{\"by\":1}");
    WorkflowControl resolve = control("resolve", "c3", "--step", "pay", "--output", "7");
    assertThat(resolve.getAction()).isEqualTo(ControlAction.RESOLVE_STEP);
    assertThat(resolve.getStep()).isEqualTo("pay");
    assertThat(resolve.getPayload()).isNotNull();
    assertThat(control("retry", "c4", "--step", "pay").getAction())
        .isEqualTo(ControlAction.RETRY_STEP);
    assertThat(control("priority", "c5", "--to", "9").getPriority()).isEqualTo(9);
    WorkflowControl migrate = control("migrate", "c6", "--to", "4", "--check");
    assertThat(migrate.getVersion()).isEqualTo(4);
    assertThat(migrate.getDryRun()).isTrue();
    assertThat(control("migrate", "c6b", "--to", "4").getDryRun()).isFalse();

    assertThat(run("skip", "c7").err()).contains("Missing required option: '--step=STEP'");
    assertThat(run("priority", "c7", "--to", "10").err()).contains("must be 0 to 9");
    assertThat(run("migrate", "c7", "--to", "0").err()).contains("versions start at 1");
    assertThat(run("resume").err()).contains("give their ids, or --where");
    assertThat(run("resume", "c7", "--where", "status=RUNNING").exitCode()).isEqualTo(2);
    assertThat(records(WorkflowControl.class, connection.topics().controls(), "c7")).isEmpty();
  }

  @Test
  void waitingControlShowsWhatItDidAndWhetherItWasRefused() {
    CompletableFuture<CliRun> taken =
        CompletableFuture.supplyAsync(() -> run("pause", "c8", "--wait"));
    sendEvents("c8", 7, EventSource.CONTROL, controlOffset("c8"), EventType.WORKFLOW_PAUSED);
    assertThat(taken.join().exitCode()).as(taken.join().err()).isZero();
    assertThat(taken.join().out()).startsWith("c8 ").contains("WORKFLOW_PAUSED");

    CompletableFuture<CliRun> refused =
        CompletableFuture.supplyAsync(() -> run("rerun", "c9", "--step", "a", "--wait"));
    sendEvents("c9", 7, EventSource.CONTROL, controlOffset("c9"), EventType.CONTROL_REFUSED);
    assertThat(refused.join().exitCode()).isEqualTo(4);
    assertThat(refused.join().out()).contains("CONTROL_REFUSED");

    CliRun unheard = run("cancel", "c10", "--wait", "--wait-limit", "PT0.1S", "--id", "it");
    assertThat(unheard.exitCode()).isEqualTo(1);
    assertThat(unheard.err()).contains("of 1 workflows nothing was heard", "control it before");
  }

  @Test
  void controlOfAllThatFitAsksFirstAndCanBeRepeated() throws Exception {
    HttpServer engine =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    engine.createContext(
        "/workflows",
        exchange -> {
          boolean first = !exchange.getRequestURI().getQuery().contains("after=");
          String page =
              "{\"workflows\":[{\"workflowId\":\"%s\"}],\"next\":%s,\"partial\":false}"
                  .formatted(first ? "b1" : "b2", first ? "\"b1\"" : "null");
          exchange.sendResponseHeaders(200, page.length());
          exchange.getResponseBody().write(page.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    engine.start();
    try {
      String url = "http://127.0.0.1:" + engine.getAddress().getPort();
      String[] all = {"cancel", "--where", "status=RUNNING", "--http", url, "--id", "batch"};

      CliRun dry = run(with(all, "--dry-run"));
      assertThat(dry.exitCode()).as(dry.err()).isZero();
      assertThat(dry.out().lines())
          .containsExactly("b1", "b2", "nothing was sent; it would be to 2 workflows");
      assertThat(run(all).err()).contains("cancel 2 workflows?", "confirm with --yes");
      assertThat(records(WorkflowControl.class, connection.topics().controls(), "b1")).isEmpty();

      CliRun sent = run(with(all, "--yes"));
      assertThat(sent.exitCode()).as(sent.err()).isZero();
      assertThat(sent.out()).contains("cancel of 2 of 2 workflows sent");
      for (String id : List.of("b1", "b2")) {
        assertThat(only(WorkflowControl.class, connection.topics().controls(), id).getId())
            .isEqualTo("batch");
      }
    } finally {
      engine.stop(0);
    }
  }

  private static String[] with(String[] arguments, String more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private static WorkflowControl control(String... arguments) {
    CliRun run = run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return only(WorkflowControl.class, connection.topics().controls(), arguments[1]);
  }

  private static long controlOffset(String id) {
    return found(WorkflowControl.class, connection.topics().controls(), id).offset();
  }

  @Test
  void eventsAreShownInOrderWithoutThoseThatWereSuperseded() {
    sendEvents("w3", 0, EventType.WORKFLOW_STARTED, EventType.STEP_DISPATCHED);
    sendEvents("other", 0, EventType.WORKFLOW_REJECTED);
    sendEvents("w3", 2, EventType.STEP_SUCCEEDED, EventType.WORKFLOW_SUCCEEDED);
    sendEvents("w3", 2, EventType.WORKFLOW_CANCELLED);

    CliRun run = run("events", "w3");

    assertThat(run.out().lines())
        .extracting(line -> line.replaceAll("\\S+ +(\\d+) (\\S+).*", "$1 $2"))
        .containsExactly("0 WORKFLOW_STARTED", "1 STEP_DISPATCHED", "2 WORKFLOW_CANCELLED");
    assertThat(run("events", "w3", "--json").out())
        .contains(
            "{\"id\":\"w3/2\",\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"WORKFLOW_CANCELLED\"}");
    assertThat(run("events", "w3", "--follow").exitCode()).isZero();
    CliRun none = run("events", "nobody");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).startsWith("millrace: workflow 'nobody': no events");
  }

  @Test
  void waitingStartEndsWithTheWorkflow() {
    assertThat(waitFor("w4", EventType.WORKFLOW_SUCCEEDED).exitCode()).isZero();
    CliRun failed = waitFor("w5", EventType.WORKFLOW_FAILED);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).contains("WORKFLOW_FAILED");
  }

  @Test
  void wrongValuesAreRefusedBeforeAnythingIsSent() {
    assertThat(run("start", "a", "--input", "{\n  \"a\": ").err())
        .startsWith("millrace: input: not JSON: line 2, column 8: Unexpected end-of-input")
        .doesNotContain("Source", "REDACTED", "UNKNOWN");
    assertThat(run("start", "a", "--priority", "10").err()).contains("priority 10: must be 0 to 9");
    assertThat(run("start", "a/x").err()).contains("'a/x': after the slash comes a version");
    assertThat(run("start", "a", "--id", "i".repeat(257)).err()).contains("257 bytes");
    CliRun absent = run("start", "a", "--input", "@absent");
    assertThat(absent.exitCode()).isEqualTo(2);
    assertThat(absent.err()).startsWith("millrace: input: file absent does not exist");
    assertThat(run("start", "a", "--input", "@" + folder).err())
        .contains("is a folder, not a file");
  }

  @Test
  void missingTopicIsNamed() {
    CliRun run = run("cancel", "w", "--prefix", "nowhere.");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("millrace: topic nowhere.workflow-controls.v1: not there")
        .contains("millrace topics check");
  }

  @Test
  void waitingStartWithATakenIdSaysSo() throws Exception {
    sendEvents("w6", 0, EventType.WORKFLOW_STARTED);
    assertIdTaken(run("start", "a", "--id", "w6", "--wait"), "w6");

    HttpServer engine =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    engine.createContext(
        "/workflows/w7",
        exchange -> {
          byte[] status = "{\"workflowId\":\"w7\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, status.length);
          exchange.getResponseBody().write(status);
          exchange.close();
        });
    engine.start();
    try {
      String url = "http://127.0.0.1:" + engine.getAddress().getPort();
      assertIdTaken(run("start", "a", "--id", "w7", "--wait", "--http", url), "w7");
      assertThat(records(WorkflowStart.class, connection.topics().starts(), "w7")).isEmpty();
    } finally {
      engine.stop(0);
    }
  }

  @Test
  void waitingStartWithATakenIdSaysSoHoweverShortItWaits() {
    sendEvents("w10", 0, EventType.WORKFLOW_STARTED);

    assertIdTaken(run("start", "a", "--id", "w10", "--wait", "--wait-limit", "PT0.1S"), "w10");
    CliRun unheard = run("start", "a", "--id", "w11", "--wait", "--wait-limit", "PT0.1S");
    assertThat(unheard.exitCode()).isEqualTo(1);
    assertThat(unheard.err()).contains("workflow 'w11': not ended after PT0.1S");
  }

  @Test
  void waitingStartSaysSoWhenAWorkflowOfItsIdIsSeenToGoOn() {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(() -> run("start", "a", "--id", "w8", "--wait"));
    only(WorkflowStart.class, connection.topics().starts(), "w8");
    sendEvents("w8", 7, EventType.WORKFLOW_SUCCEEDED);

    assertIdTaken(run.join(), "w8");
  }

  private static void assertIdTaken(CliRun run, String id) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.err())
        .contains("millrace: workflow '" + id + "': the id is taken by an earlier start");
  }

  @Test
  void waitingStartThatCancelsTheOtherWaitsForItsOwnWorkflow() {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(
            () -> run("start", "a", "--id", "w12", "--on-duplicate", "cancel-existing", "--wait"));
    long start = found(WorkflowStart.class, connection.topics().starts(), "w12").offset();
    sendEvents("w12", 7, start, EventType.WORKFLOW_CANCELLED);
    sendEvents("w12", 8, start, EventType.WORKFLOW_STARTED, EventType.WORKFLOW_SUCCEEDED);

    assertThat(run.join().exitCode()).as(run.join().err()).isZero();
    assertThat(run.join().out()).contains("9 WORKFLOW_SUCCEEDED");
    assertThat(only(WorkflowStart.class, connection.topics().starts(), "w12").getOnDuplicate())
        .isEqualTo(DuplicatePolicy.CANCEL_EXISTING);
    assertThat(run("start", "a", "--on-duplicate", "anew").err())
        .contains("'anew': must be one of reject, return-existing");
  }

  @Test
  void waitingStartThatIsContentWithTheOtherIsNoFailure() {
    sendEvents("w13", 0, EventType.WORKFLOW_STARTED);
    CliRun run = run("start", "a", "--id", "w13", "--on-duplicate", "return-existing", "--wait");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("is there already and was left as it is");
  }

  @Test
  void recordThatCannotBeReadIsSkippedWithAWarning() throws Exception {
    String events = connection.topics().events();
    long offset = RecordSender.send(connection, events, "w9", new byte[] {1, 2, 3});
    sendEvents("w9", 0, EventType.WORKFLOW_STARTED, EventType.WORKFLOW_SUCCEEDED);

    CliRun shown = run("events", "w9");

    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("WORKFLOW_SUCCEEDED");
    assertThat(shown.err())
        .containsPattern("topic " + events + ", partition \\d, offset " + offset + ": skipped");

    Path definition =
        Files.writeString(
            folder.resolve("d.yaml"),
            "name: skip\nversion: 1\nsteps:\n  - id: a\n    type: a\n    queue: q\n");
    RecordSender.send(
        connection, connection.topics().definitions(), "skip/1", new byte[] {0, 0, 0, 0});
    CliRun registered = run("register", definition.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    assertThat(registered.out()).contains("published skip/1");
    assertThat(registered.err()).contains("topic " + connection.topics().definitions());
  }

  /** A start that waits, and an engine that ends the workflow once it sees the start. */
  private static CliRun waitFor(String id, EventType end) {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(() -> run("start", "a", "--id", id, "--wait"));
    long start = found(WorkflowStart.class, connection.topics().starts(), id).offset();
    sendEvents(id, 0, start, EventType.WORKFLOW_STARTED, end);
    return run.join();
  }

  private static CliRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers", kafka.bootstrapServers(), "--schema-registry", registry.url()));
    return CliRun.of(all.toArray(String[]::new));
  }

  private static <T extends SpecificRecordBase> T only(Class<T> type, String topic, String key) {
    return found(type, topic, key).value();
  }

  private static <T extends SpecificRecordBase> PartitionReader.Found<T> found(
      Class<T> type, String topic, String key) {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    try (PartitionReader<T> reader =
        new PartitionReader<>(connection, type, topic, key, true, warning -> {})) {
      while (System.nanoTime() < deadline) {
        for (PartitionReader.Found<T> found : reader.poll(Duration.ofMillis(100))) {
          if (found.key().equals(key)) {
            return found;
          }
        }
      }
    }
    throw new AssertionError("no record with key " + key + " in " + topic);
  }

  /** What a topic holds of a key now. */
  private static <T extends SpecificRecordBase> List<T> records(
      Class<T> type, String topic, String key) {
    List<T> records = new ArrayList<>();
    try (PartitionReader<T> reader =
        new PartitionReader<>(connection, type, topic, key, true, warning -> {})) {
      while (!reader.caughtUp()) {
        reader.poll(Duration.ofMillis(100)).stream()
            .filter(found -> found.key().equals(key))
            .forEach(found -> records.add(found.value()));
      }
    }
    return records;
  }

  private static void sendEvents(String id, long firstSequence, EventType... types) {
    sendEvents(id, firstSequence, -1, types);
  }

  private static void sendEvents(
      String id, long firstSequence, long startOffset, EventType... types) {
    sendEvents(id, firstSequence, EventSource.START, startOffset, types);
  }

  private static void sendEvents(
      String id, long firstSequence, EventSource source, long offset, EventType... types) {
    List<WorkflowEvent> events =
        Stream.of(types).map(type -> WorkflowEvent.newBuilder().setType(type).build()).toList();
    WorkflowEvents record =
        WorkflowEvents.newBuilder()
            .setFirstSequence(firstSequence)
            .setAt(Instant.parse("2026-01-01T00:00:00Z"))
            .setSource(source)
            .setSourceOffset(offset)
            .setEvents(events)
            .build();
    String topic = connection.topics().events();
    AvroCodec<WorkflowEvents> codec =
        new AvroCodec<>(WorkflowEvents.class, topic, connection.registry());
    RecordSender.send(connection, topic, id, codec.encode(record));
  }
}
