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
        .isEqualToIgnoringNewLines("cancel of w2 sent; 'millrace status w2' shows its effect");
    WorkflowControl control = only(WorkflowControl.class, connection.topics().controls(), "w2");
    assertThat(control.getAction()).isEqualTo(ControlAction.CANCEL);
    assertThat(control.getReason()).isEqualTo("wrong address");
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
    List<WorkflowEvent> events =
        Stream.of(types).map(type -> WorkflowEvent.newBuilder().setType(type).build()).toList();
    WorkflowEvents record =
        WorkflowEvents.newBuilder()
            .setFirstSequence(firstSequence)
            .setAt(Instant.parse("2026-01-01T00:00:00Z"))
            .setSource(EventSource.START)
            .setSourceOffset(startOffset)
            .setEvents(events)
            .build();
    String topic = connection.topics().events();
    AvroCodec<WorkflowEvents> codec =
        new AvroCodec<>(WorkflowEvents.class, topic, connection.registry());
    RecordSender.send(connection, topic, id, codec.encode(record));
  }
}
