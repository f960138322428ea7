package dev.millrace.cli.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The worker as users run it: a process of its own, with a folder of jars. */
class WorkerProcessTest {
  private static final String QUEUE = "payments";

  private static final String LIBRARY =
      "package org.acme.shelf; public final class Library { public static final int VERSION ="
          + " Integer.getInteger(\"none\", 7); }";

  private static final String STEPS =
      """
      package org.acme;

      import dev.millrace.worker.*;
      import dev.millrace.worker.spi.StepHandlers;
      import java.nio.file.*;
      import java.util.*;

      public final class Steps implements StepHandlers, AutoCloseable {
        record Order(String id) {}

        private Map<String, String> settings = Map.of();

        @Override
        public void addTo(WorkerBuilder worker, Map<String, String> settings) {
          this.settings = settings;
          worker.handlers(this);
        }

        @Step("greet")
        String greet(Order order, StepContext context) {
          context.logger().info("greets {}", order.id());
          return settings.get("greeting") + " " + order.id();
        }

        @Step("look")
        Map<String, Object> look() {
          return new TreeMap<>(
              Map.of(
                  "library", org.acme.shelf.Library.VERSION,
                  "program", isVisible("dev.millrace.cli.Millrace"),
                  "internals", isVisible("dev.millrace.worker.internal.PollLoop"),
                  "context", Thread.currentThread().getContextClassLoader() == Steps.class.getClassLoader()));
        }

        private static boolean isVisible(String name) {
          try {
            Class.forName(name);
            return true;
          } catch (ClassNotFoundException e) {
            return false;
          }
        }

        @Step("wait")
        void await(Order order) throws Exception {
          Path release = Path.of(settings.get("release"));
          try (WatchService folder = release.getFileSystem().newWatchService()) {
            release.getParent().register(folder, StandardWatchEventKinds.ENTRY_CREATE);
            System.out.println("WAITS");
            while (!Files.exists(release)) {
              folder.take().reset();
            }
          }
        }

        @Override
        public void close() {
          System.out.println("CLOSED");
        }
      }
      """;

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(2);

  @TempDir private Path folder;
  private Path jars;

  @BeforeEach
  void makeJarsAndTopics() throws IOException {
    jars = Files.createDirectory(folder.resolve("steps"));
    Path library = TestJar.of(jars.resolve("library.jar"), "", "org.acme.shelf.Library", LIBRARY);
    TestJar.of(jars.resolve("steps.jar"), "org.acme.Steps", STEPS, library);
    CliRun applied = CLUSTER.run("topics", "apply", "--queue", QUEUE, "--partitions", "2");
    assertThat(applied.exitCode()).as(applied.err()).isZero();
  }

  private JvmProcess start(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(CLUSTER.arguments("worker", "--jar", jars.toString(), "--queue", QUEUE));
    arguments.addAll(List.of(more));
    return JvmProcess.start(Millrace.class, arguments);
  }

  private static void send(String workflowId, String type) {
    send(QUEUE, workflowId, type);
  }

  private static void send(String queue, String workflowId, String type) {
    StepCommand command = new StepCommand();
    command.setWorkflowId(workflowId);
    command.setStep("s");
    command.setAttempt(1);
    command.setType(type);
    command.setDefinition("order");
    command.setDefinitionVersion(1);
    command.setDependencies(List.of());
    command.setTenant("");
    command.setPriority(5);
    command.setBranch(-1);
    command.setItems(List.of());
    command.setInput(
        new Payload(
            "",
            ByteBuffer.wrap(
                "{\"id\":\"%s\"}".formatted(workflowId).getBytes(StandardCharsets.UTF_8))));
    CLUSTER.send(StepCommand.class, CLUSTER.topics().commands(queue), workflowId, command);
  }

  private static StepCompletion completion(String workflowId) {
    return CLUSTER.found(StepCompletion.class, CLUSTER.topics().completions(), workflowId).value();
  }

  private static String output(String workflowId) {
    StepCompletion completion = completion(workflowId);
    assertThat(completion.getStatus())
        .as(String.valueOf(completion.getFailure()))
        .isEqualTo(CompletionStatus.SUCCEEDED);
    return StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString();
  }

  @Test
  void handlersOfAFolderOfJarsRunWithTheirOwnLibrariesAndSettings() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("worker.properties"), "slots=2\nhandlers.greeting=Hello\nname=w-1\n");
    try (JvmProcess worker =
        start("--config", config.toString(), "--set", "handlers.greeting=Moin", "--slots", "3")) {
      assertThat(worker.awaitLine(jars.toString())).endsWith("steps: greet, look, wait");
      worker.awaitLine("Working for queue 'payments'");
      send("greeted", "greet");
      send("looked", "look");

      assertThat(output("greeted")).isEqualTo("\"Moin greeted\"");
      assertThat(completion("greeted").getWorker()).isEqualTo("w-1");
      assertThat(output("looked"))
          .isEqualTo("{\"context\":true,\"internals\":false,\"library\":7,\"program\":false}");
      assertThat(worker.printed())
          .contains("greet greeted/s/1 greets greeted", "3 slots, profile LATENCY");
    }
  }

  @Test
  void handlerThatRunsWhenTheProcessIsToldToEndFinishesFirst() throws Exception {
    Path release = folder.resolve("release");
    try (JvmProcess worker = start("--set", "handlers.release=" + release)) {
      send("waited", "wait");
      worker.awaitLine("WAITS");
      worker.terminate();
      worker.awaitLine("stopping: what is running may finish");
      assertThat(worker.printed()).doesNotContain("CLOSED");
      Files.createFile(release);

      worker.awaitLine("CLOSED");
      worker.awaitLine("stopped");
      assertThat(worker.awaitExit()).isEqualTo(143);
      assertThat(completion("waited").getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    }
  }

  @Test
  void workerOfAShareGroupIsOneByAFlag() throws Exception {
    String queue = "shared";
    CliRun applied = CLUSTER.run("topics", "apply", "--queue", queue, "--partitions", "2");
    assertThat(applied.exitCode()).as(applied.err()).isZero();
    try (JvmProcess worker =
        JvmProcess.start(
            Millrace.class,
            CLUSTER.arguments(
                "worker",
                "--jar",
                jars.toString(),
                "--queue",
                queue,
                "--share-group",
                "--set",
                "handlers.greeting=Hello"))) {
      worker.awaitLine("Working for queue 'shared'");
      send(queue, "shared", "greet");

      assertThat(output("shared")).isEqualTo("\"Hello shared\"");
      assertThat(worker.printed()).contains("group millrace.share-worker.shared");
    }
  }

  @Test
  void probesAndMetricsAreAtTheHttpPort() throws Exception {
    try (JvmProcess worker = start("--http-port", "0", "--set", "handlers.greeting=Hello")) {
      String begin = "Probes and metrics: ";
      URI address = URI.create(worker.awaitLine(begin).substring(begin.length()));
      worker.awaitLine("Working for queue");
      send("measured", "greet");
      assertThat(output("measured")).isEqualTo("\"Hello measured\"");

      assertThat(get(address, "/livez").statusCode()).isEqualTo(200);
      assertThat(get(address, "/readyz").body()).contains("RUNNING");
      assertThat(get(address, "/startupz").statusCode()).isEqualTo(200);
      assertThat(get(address, "/version").body()).contains("version");
      assertThat(get(address, "/nowhere").body()).contains("/livez, /metrics, /readyz");
      assertThat(get(address, "/metrics").body())
          .contains("millrace_worker_slots{queue=\"payments\"}")
          .contains(
              "millrace_worker_handler_time_seconds_count{outcome=\"succeeded\",queue=\"payments\",type=\"greet\"}"
                  + " 1")
          .contains("kafka_consumer_")
          .contains("jvm_memory_used_bytes");
    }
  }

  private static HttpResponse<String> get(URI address, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(address.resolve(path)).build(), BodyHandlers.ofString());
    }
  }

  @Test
  void portThatIsNoneIsRefused() {
    CliRun run =
        CLUSTER.run("worker", "--jar", jars.toString(), "--queue", QUEUE, "--http-port", "70000");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("http.port '70000': must be 0 to 65535");
  }

  @Test
  void queueWithoutATopicIsOneSentence() {
    CliRun run =
        CLUSTER.run("worker", "--jar", jars.toString(), "--queue", "nobody", "--set", "name=w");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "the worker cannot start: topic 'millrace.step-commands.nobody.v1' does not exist")
        .contains("millrace topics apply");
    assertThat(run.out()).contains("steps: greet, look, wait");
  }
}
