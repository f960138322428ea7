package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.KillableBroker;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an engine tells those who watch it, scrape it and scale its workers. */
class ProbesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void engineLivesFromItsStartAndIsReadyWhenItRunsAndStaysSoWithoutItsBroker() throws Exception {
    KillableBroker broker = new KillableBroker(folder.resolve("broker"));
    try (Installation installation = new Installation(broker, "work")) {
      Map<String, String> settings =
          installation.engineSettings(folder.resolve("engine"), Map.of());
      try (Engine engine = Engine.create(new EngineConfig(settings))) {
        Thread starting = Thread.ofPlatform().start(engine::start);
        await().until(() -> answers(engine));
        assertThat(status(engine, "/livez")).isEqualTo(200);
        await()
            .until(
                () -> {
                  assertThat(status(engine, "/livez")).isEqualTo(200);
                  return status(engine, "/readyz") == 200;
                });
        starting.join();
        assertThat(status(engine, "/startupz")).isEqualTo(200);
        assertThat(json(engine, "/version").path("version").asString()).isNotEmpty();
        await().until(() -> json(engine, "/backlog").at("/queues/work/backlog").asInt(-1) == 0);

        broker.kill();
        await().until(() -> json(engine, "/backlog").at("/queues/work/stale").asBoolean(false));
        assertThat(json(engine, "/backlog").at("/queues/work/backlog").isMissingNode()).isTrue();
        assertThat(status(engine, "/livez")).isEqualTo(200);
        assertThat(status(engine, "/startupz")).isEqualTo(200);

        broker.restart();
        await().until(() -> json(engine, "/backlog").at("/queues/work/backlog").asInt(-1) == 0);
        assertThat(status(engine, "/readyz")).isEqualTo(200);
      }
    }
  }

  @Test
  void startingEngineIsNotReadyAndHasNotStarted() throws Exception {
    try (Installation installation = new Installation("work")) {
      // No start: bound, and nothing behind it.
      Map<String, String> settings = installation.engineSettings(folder, Map.of());
      try (Engine engine = Engine.create(new EngineConfig(settings))) {
        engine.serveProbes();
        assertThat(status(engine, "/livez")).isEqualTo(200);
        assertThat(status(engine, "/readyz")).isEqualTo(503);
        assertThat(status(engine, "/startupz")).isEqualTo(503);
        assertThat(get(engine, "/readyz").body()).contains("CREATED");
        assertThat(status(engine, "/workflows")).isEqualTo(404);
        assertThat(status(engine, "/metrics")).isEqualTo(200);
      }
    }
  }

  @Test
  void scrapeHasTheMetersOfEngineKafkaAndProcess() throws Exception {
    try (Installation installation = new Installation("work")) {
      Map<String, String> settings = installation.engineSettings(folder, Map.of());
      try (Engine engine = Engine.create(new EngineConfig(settings));
          Worker worker = installation.echoWorker("work")) {
        engine.start();
        installation.register(Workflows.diamond("work"));
        installation.start("w", "diamond", "{}");
        worker.start();
        try (EventLog log = new EventLog(installation)) {
          log.pollUntilEnded(1);
        }
        String of = "{queue=\"work\",type=\"echo\"}";
        awaitScrape(
            engine,
            "millrace_workflows_started_total{definition=\"diamond\"} 1.0",
            "millrace_steps_dispatched_total" + of + " 4.0",
            "millrace_steps_succeeded_total" + of + " 4.0",
            "millrace_step_time_seconds_count" + of + " 4",
            "millrace_step_time_seconds_bucket{queue=\"work\",type=\"echo\",le=\"0.001\"}",
            "millrace_queue_time_seconds_count{queue=\"work\"} 4",
            "millrace_hop_time_seconds_count",
            "millrace_workflow_time_seconds_count{definition=\"diamond\",status=\"succeeded\"} 1",
            "millrace_dependency_resolution_seconds_count",
            "millrace_engine_ready 1.0",
            "millrace_queue_lag{queue=\"work\"} 0.0",
            "jvm_memory_used_bytes",
            "kafka_stream_state_total_sst_files_size",
            "kafka_consumer_",
            "kafka_producer_",
            "kafka_admin_client_");
      }
    }
  }

  private boolean answers(Engine engine) throws InterruptedException {
    try {
      status(engine, "/livez");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void awaitScrape(Engine engine, String... parts) {
    await()
        .untilAsserted(
            () -> {
              String scrape = get(engine, "/metrics").body();
              assertThat(Stream.of(parts).filter(part -> !scrape.contains(part)))
                  .as("missing in the scrape")
                  .isEmpty();
            });
  }

  private JsonNode json(Engine engine, String path) throws IOException, InterruptedException {
    return JSON.readTree(get(engine, path).body());
  }

  private int status(Engine engine, String path) throws IOException, InterruptedException {
    return get(engine, path).statusCode();
  }

  private HttpResponse<String> get(Engine engine, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + engine.httpPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
