package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.HeaderNames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person who approves finds: the workflows that wait, and the form of each. */
class ApprovalsOverHttpTest {
  private static final String INVOICE =
      """
      name: invoice
      version: 1
      steps:
        - id: right
          signal: {name: approve, form: {title: "Is it right?"}}
        - id: paid
          signal: paid
          dependsOn: [right]
      """;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void workflowsThatWaitForASignalAreListedUntilItHasCome() throws Exception {
    try (Installation installation = new Installation("work");
        Engine engine = installation.startEngine(folder)) {
      ParsedDefinition parsed =
          new DefinitionParser(new CelExpressions()).parse(INVOICE.getBytes(UTF_8));
      assertThat(parsed).isInstanceOf(ParsedDefinition.Accepted.class);
      installation.register(((ParsedDefinition.Accepted) parsed).definition());
      for (String workflow : List.of("i-1", "i-2")) {
        send(installation, installation.topics.starts(), workflow, "{\"definition\":\"invoice\"}");
      }
      awaitWaiting(engine, "approve", List.of("i-1", "i-2"));

      JsonNode steps = get(engine, "/workflows/i-1/steps?which=active").path("steps");
      assertThat(steps.size()).isEqualTo(1);
      assertThat(steps.get(0).path("signal").asString()).isEqualTo("approve");
      assertThat(steps.get(0).path("form").path("title").asString()).isEqualTo("Is it right?");

      send(
          installation,
          installation.topics.controls(),
          "i-1",
          "{\"action\":\"SIGNAL\",\"name\":\"approve\"}");
      awaitWaiting(engine, "approve", List.of("i-2"));
      awaitWaiting(engine, "paid", List.of("i-1"));
      assertThat(waiting(engine, "reject")).isEmpty();
    }
  }

  private static void send(Installation installation, String topic, String workflow, String json)
      throws Exception {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, workflow.getBytes(UTF_8), json.getBytes(UTF_8));
    record.headers().add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    installation.send(record);
  }

  private void awaitWaiting(Engine engine, String signal, List<String> workflows) {
    Awaitility.await("workflows that wait for " + signal)
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(waiting(engine, signal)).containsExactlyElementsOf(workflows));
  }

  private List<String> waiting(Engine engine, String signal)
      throws IOException, InterruptedException {
    return get(engine, "/workflows?signal=" + signal)
        .path("workflows")
        .valueStream()
        .map(each -> each.path("workflowId").asString())
        .toList();
  }

  private JsonNode get(Engine engine, String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + engine.httpPort() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }
}
