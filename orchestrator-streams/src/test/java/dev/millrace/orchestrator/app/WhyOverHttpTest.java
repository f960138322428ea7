package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an engine answers when it is asked why a workflow is not done. */
class WhyOverHttpTest {
  private static final String ORDER =
      """
      name: order
      version: 1
      steps:
        - {id: charge, type: echo, queue: work, timeout: 1h}
        - {id: pack, type: echo, queue: work}
        - id: label
          type: echo
          queue: work
          forEach: {items: "[1, 2, 3]"}
        - id: approve
          signal: approval
          timeout: 2h
        - {id: ship, type: echo, queue: work, dependsOn: [charge, pack]}
      """;

  /** One attempt at once of a queue that nobody works for. */
  private static final Map<String, String> ONE_AT_ONCE = Map.of(EngineConfig.QUEUE_WINDOW, "1");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void everyStepThatIsNotDoneSaysWhatItWaitsFor() throws Exception {
    try (Installation installation = new Installation("work");
        Engine engine =
            installation.startEngine(folder, new DefaultKafkaClientSupplier(), ONE_AT_ONCE)) {
      installation.register(definition());
      send(installation, installation.topics.starts(), "o-1", "{\"definition\":\"order\"}");
      Awaitility.await("steps held")
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(why(engine, "o-1").path("steps").size()).isEqualTo(5));
      Awaitility.await("the queue is reported")
          .untilAsserted(
              () -> assertThat(step(engine, "o-1", "pack").path("queue").isObject()).isTrue());

      JsonNode charge = step(engine, "o-1", "charge");
      assertThat(charge.path("state").path("status").asString()).isEqualTo("OPEN");
      assertThat(time(charge, "since")).isBeforeOrEqualTo(time(why(engine, "o-1"), "now"));

      JsonNode pack = step(engine, "o-1", "pack");
      assertThat(pack.path("state").path("held").asString()).isEqualTo("queue");
      assertThat(time(pack, "since")).isNotNull();
      assertThat(pack.path("place").path("before").asInt()).isZero();
      assertThat(pack.path("queue").path("open").asInt()).isEqualTo(1);
      assertThat(pack.path("queue").path("window").asInt()).isEqualTo(1);
      assertThat(pack.path("queue").path("held").asInt()).isEqualTo(4);

      JsonNode label = step(engine, "o-1", "label");
      assertThat(label.path("branches").path("total").asInt()).isEqualTo(3);
      assertThat(label.path("branches").path("held").asInt()).isEqualTo(3);
      assertThat(label.path("place").path("before").asInt()).isEqualTo(1);

      JsonNode ship = step(engine, "o-1", "ship");
      assertThat(ship.path("dependencies").toString())
          .isEqualTo(
              "[{\"step\":\"charge\",\"status\":\"OPEN\"},{\"step\":\"pack\",\"status\":\"READY\"}]");
      assertThat(step(engine, "o-1", "approve").path("since").asString())
          .as("its limit tells")
          .isEqualTo(why(engine, "o-1").path("startedAt").asString());
    }
  }

  @Test
  void placesAreCountedOverWorkflowsAndHigherPriorities() throws Exception {
    try (Installation installation = new Installation("work");
        Engine engine =
            installation.startEngine(folder, new DefaultKafkaClientSupplier(), ONE_AT_ONCE)) {
      installation.register(definition());
      String id = "o-1";
      send(installation, installation.topics.starts(), id, "{\"definition\":\"order\"}");
      Awaitility.await("steps held")
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(why(engine, id).path("steps").size()).isEqualTo(5));
      for (int i = 2; i < 30; i++) {
        send(
            installation,
            installation.topics.starts(),
            "o-" + i,
            "{\"definition\":\"order\",\"priority\":9}");
      }
      installation.awaitInputsRead();

      JsonNode before = step(engine, id, "pack").path("place");
      assertThat(before.path("higher").asInt()).isPositive();
      assertThat(before.path("before").asInt()).isZero();

      try (Worker worker = installation.echoWorker("work")) {
        worker.start();
        Awaitility.await("all that can be done")
            .ignoreExceptions()
            .untilAsserted(
                () ->
                    assertThat(why(engine, id).path("steps").valueStream())
                        .extracting(each -> each.path("state").path("step").asString())
                        .containsExactly("approve"));
      }
      send(
          installation,
          installation.topics.controls(),
          id,
          "{\"action\":\"SIGNAL\",\"name\":\"approval\"}");
      Awaitility.await("the end")
          .untilAsserted(
              () -> assertThat(why(engine, id).path("status").asString()).isEqualTo("SUCCEEDED"));
      assertThat(why(engine, id).path("steps").size()).isZero();
    }
  }

  @Test
  void stepsOfATypeThatIsPausedSayThatAndHaveTheirPlaces() throws Exception {
    try (Installation installation = new Installation("work")) {
      installation.send(
          installation.topics.queueSettings(),
          "work/echo",
          "{\"paused\":{\"since\":\"2026-01-01T12:00:00Z\",\"by\":\"ada\"}}".getBytes(UTF_8));
      assertPaused(installation);
    }
  }

  private void assertPaused(Installation installation) throws Exception {
    try (Engine engine = installation.startEngine(folder)) {
      installation.register(definition());
      send(installation, installation.topics.starts(), "o-1", "{\"definition\":\"order\"}");
      Awaitility.await("the queue is reported")
          .ignoreExceptions()
          .untilAsserted(
              () ->
                  assertThat(step(engine, "o-1", "pack").path("state").path("held").asString())
                      .isEqualTo("queue-paused"));

      assertThat(step(engine, "o-1", "pack").path("place").path("before").asInt()).isEqualTo(1);
      JsonNode label = step(engine, "o-1", "label");
      assertThat(label.path("state").path("held").asString()).isEqualTo("queue-paused");
      assertThat(label.path("branches").path("held").asInt()).isEqualTo(3);
      assertThat(label.path("place").path("before").asInt()).isEqualTo(2);
    }
  }

  @Test
  void whatIsNotKnownIsSaid() throws Exception {
    try (Installation installation = new Installation("work");
        Engine engine = installation.startEngine(folder)) {
      installation.register(definition());
      send(installation, installation.topics.starts(), "o-1", "{\"definition\":\"order\"}");
      Awaitility.await("the workflow")
          .until(() -> ask(engine, "/workflows/o-1/why").statusCode() == 200);

      assertThat(ask(engine, "/workflows/o-2/why").statusCode()).isEqualTo(404);
      assertThat(ask(engine, "/workflows/o-1/why?step=sell").body())
          .contains("workflow 'o-1' has no step 'sell'");
      assertThat(ask(engine, "/workflows/o-1/why?which=all").body())
          .contains("'which' is not known; there are step, from and limit");
    }
  }

  private static dev.millrace.orchestrator.core.definition.WorkflowDefinition definition() {
    ParsedDefinition parsed =
        new DefinitionParser(new CelExpressions()).parse(ORDER.getBytes(UTF_8));
    assertThat(parsed).isInstanceOf(ParsedDefinition.Accepted.class);
    return ((ParsedDefinition.Accepted) parsed).definition();
  }

  private static void send(Installation installation, String topic, String workflow, String json) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, workflow.getBytes(UTF_8), json.getBytes(UTF_8));
    record.headers().add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    installation.send(record);
  }

  private static Instant time(JsonNode of, String name) {
    return Instant.parse(of.path(name).asString());
  }

  private JsonNode why(Engine engine, String workflow) throws IOException, InterruptedException {
    return read(ask(engine, "/workflows/" + workflow + "/why"));
  }

  private JsonNode step(Engine engine, String workflow, String step)
      throws IOException, InterruptedException {
    return read(ask(engine, "/workflows/" + workflow + "/why?step=" + step)).path("steps").get(0);
  }

  private static JsonNode read(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private HttpResponse<String> ask(Engine engine, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + engine.httpPort() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
