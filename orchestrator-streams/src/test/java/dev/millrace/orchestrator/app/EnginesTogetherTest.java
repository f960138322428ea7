package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Engines of one application id, each with some of the partitions. */
class EnginesTogetherTest {
  private static final List<String> WORKFLOWS =
      IntStream.range(0, 40).mapToObj(i -> "w-" + i).toList();

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /** An answer of an engine. */
  private record Answer(int status, JsonNode body) {
    List<String> workflows() {
      return body.path("workflows")
          .valueStream()
          .map(w -> w.path("workflowId").asString())
          .toList();
    }
  }

  @Test
  void anEngineAnswersForTheOtherAndSaysSoWhenThatIsGone() throws Exception {
    try (Installation installation = new Installation("work");
        Engine first = installation.startEngine(folder.resolve("1"));
        JvmProcess process = startProcess(installation)) {
      String ready = process.awaitLine("ready ");
      int second = Integer.parseInt(ready.substring("ready ".length()));
      startWorkflows(installation, first.httpPort(), second);

      for (int port : List.of(first.httpPort(), second)) {
        for (String workflow : WORKFLOWS) {
          Answer status = get(port, "/workflows/" + workflow);
          assertThat(status.status()).as(workflow).isEqualTo(200);
          assertThat(status.body().path("workflowId").asString()).isEqualTo(workflow);
        }
        Answer list = get(port, "/workflows");
        assertThat(list.workflows()).containsExactlyInAnyOrderElementsOf(WORKFLOWS);
        assertThat(list.body().path("partial").asBoolean()).isFalse();
        assertThat(pages(port, "&status=RUNNING&definition=diamond/1"))
            .containsExactlyElementsOf(WORKFLOWS.stream().sorted().toList());
        assertThat(pages(port, "&definition=another")).isEmpty();
        assertThat(get(port, "/workflows?stat=RUNNING").status()).isEqualTo(400);
        assertStepsAreShown(port);
        awaitBacklog(port, false);
      }
      assertThat(get(first.httpPort(), "/workflows/nobody").status()).isEqualTo(404);

      assertThat(process.printed())
          .as("what a plain start logs")
          .containsPattern("INFO .*KafkaStreams - .*to RUNNING")
          .doesNotContain("DEBUG");

      List<String> lost = local(second);
      process.kill();
      Answer status = get(first.httpPort(), "/workflows/" + lost.getFirst());
      assertThat(status.status()).isEqualTo(503);
      assertThat(status.body().path("error").asString())
          .contains("engine 127.0.0.1:" + second + ", which has workflow '" + lost.getFirst())
          .contains("does not answer")
          .contains("try again");
      Answer list = get(first.httpPort(), "/workflows");
      assertThat(list.status()).isEqualTo(200);
      assertThat(list.workflows()).doesNotContainAnyElementsOf(lost);
      assertThat(list.body().path("partial").asBoolean()).isTrue();
      awaitBacklog(first.httpPort(), true);
    }
  }

  /** No worker runs, so the first command of each workflow waits. */
  private void awaitBacklog(int port, boolean partial) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              Answer backlog = get(port, "/backlog");
              assertThat(backlog.status()).isEqualTo(200);
              assertThat(backlog.body().at("/queues/work/backlog").asInt(-1))
                  .isEqualTo(WORKFLOWS.size());
              assertThat(backlog.body().path("partial").asBoolean()).isEqualTo(partial);
            });
  }

  @Test
  void enginesThatAdvertiseOneAddressNeverDenyAWorkflowOfTheOther() throws Exception {
    Map<String, String> same = Map.of(EngineConfig.HTTP_ADVERTISED, "127.0.0.1:8480");
    try (Installation installation = new Installation("work");
        Engine first =
            installation.startEngine(folder.resolve("1"), new DefaultKafkaClientSupplier(), same);
        Engine second =
            installation.startEngine(folder.resolve("2"), new DefaultKafkaClientSupplier(), same)) {
      startWorkflows(installation, first.httpPort(), second.httpPort());

      for (Engine engine : List.of(first, second)) {
        List<String> own = local(engine.httpPort());
        for (String workflow : WORKFLOWS) {
          Answer status = get(engine.httpPort(), "/workflows/" + workflow);
          assertThat(status.status()).as(workflow).isEqualTo(own.contains(workflow) ? 200 : 503);
          if (status.status() == 503) {
            assertThat(status.body().path("error").asString()).contains("http.advertised");
          }
        }
        Answer list = get(engine.httpPort(), "/workflows");
        assertThat(list.workflows()).containsExactlyInAnyOrderElementsOf(own);
        assertThat(list.body().path("partial").asBoolean()).isTrue();
      }
    }
  }

  /** A second engine, whose place is kept after it was killed for as long as the test takes. */
  private JvmProcess startProcess(Installation installation) throws IOException {
    Properties settings = new Properties();
    settings.putAll(installation.engineSettings(folder.resolve("2"), Map.of()));
    Path file = folder.resolve("engine.properties");
    try (Writer out = Files.newBufferedWriter(file)) {
      settings.store(out, null);
    }
    return JvmProcess.start(EngineMain.class, List.of("--config", file.toString()));
  }

  /** Starts workflows that nobody works on, and waits until both engines have some of them. */
  private void startWorkflows(Installation installation, int first, int second) {
    installation.register(Workflows.diamond("work"));
    WORKFLOWS.forEach(workflow -> installation.start(workflow, "diamond", "{}"));
    Awaitility.await("all workflows, shared by two engines")
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              TreeSet<String> all = new TreeSet<>(local(first));
              assertThat(local(second)).isNotEmpty().doesNotContainAnyElementsOf(all);
              assertThat(all).isNotEmpty();
              all.addAll(local(second));
              assertThat(all).containsExactlyInAnyOrderElementsOf(WORKFLOWS);
            });
  }

  /** All workflows that fit, read in pages. */
  private List<String> pages(int port, String filter) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    String after = "";
    do {
      Answer page = get(port, "/workflows?limit=7" + after + filter);
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.workflows()).hasSizeLessThanOrEqualTo(7);
      all.addAll(page.workflows());
      JsonNode next = page.body().path("next");
      after = next.isNull() ? "" : "&after=" + next.asString();
    } while (!after.isEmpty());
    return all;
  }

  private void assertStepsAreShown(int port) throws IOException, InterruptedException {
    for (String workflow : WORKFLOWS) {
      String steps = "/workflows/" + workflow + "/steps";
      JsonNode all = get(port, steps).body();
      assertThat(all.path("steps").size()).isEqualTo(4);
      assertThat(all.path("next").isNull()).isTrue();
      JsonNode open = get(port, steps + "?which=active").body().path("steps");
      assertThat(open.size()).isEqualTo(1);
      assertThat(open.get(0).path("status").asString()).isEqualTo("OPEN");
      assertThat(open.get(0).path("attempt").asInt()).isEqualTo(1);
      JsonNode page = get(port, steps + "?which=unfinished&from=1&limit=2").body();
      assertThat(page.path("steps").size()).isEqualTo(2);
      assertThat(page.path("next").asInt()).isEqualTo(3);
      assertThat(page.path("steps").get(0).path("waitsFor").asInt()).isEqualTo(1);
    }
    assertThat(get(port, "/workflows/nobody/steps").status()).isEqualTo(404);
    assertThat(get(port, "/workflows/w-1/steps?which=some").body().path("error").asString())
        .isEqualTo("which 'some': must be active, unfinished or all");
  }

  /** What an engine has itself. */
  private List<String> local(int port) throws IOException, InterruptedException {
    return get(port, "/workflows?local=true").workflows();
  }

  private Answer get(int port, String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()));
  }
}
