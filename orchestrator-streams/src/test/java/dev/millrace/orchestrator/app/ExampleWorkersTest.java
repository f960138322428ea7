package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example workers without our SDK, as processes; each needs its tools to be installed. */
class ExampleWorkersTest {
  private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

  @TempDir Path folder;

  @Test
  void shellWorkerRunsStepsInJson() throws Exception {
    assumeTools("sh", "kcat", "jq");
    WorkflowDefinition definition =
        definition(
            """
            name: shell
            version: 1
            queue: shell
            output: {hello: "${steps.hello.output}", words: "${steps.words.output}", all: "${steps.all.output.results}"}
            steps:
              - {id: hello, type: greet}
              - {id: words, dependsOn: [hello]}
              - {id: all, type: greet, forEach: {items: input.people}}
              - {id: missing, type: no-such-handler, onFailure: continue}
            """);
    try (Installation installation = new Installation("shell");
        Engine engine =
            installation.startEngine(
                folder.resolve("state"),
                new DefaultKafkaClientSupplier(),
                Map.of(EngineConfig.JSON_QUEUES, "shell"));
        Worker worker =
            new Worker(
                new ProcessBuilder(EXAMPLES.resolve("kcat-worker/worker.sh").toString()),
                Map.of("BROKERS", installation.bootstrapServers(), "QUEUE", "shell"),
                folder)) {
      installation.register(definition);
      installation.start(
          "w",
          "shell",
          """
          {"name": "Zoë \\"Z\\"", "text": "one two\\nthree", "people": [{"name": "a"}, {"name": "b"}]}
          """);
      List<WorkflowEvent> events = eventsUntilTheEnd(installation);
      assertThat(output(events))
          .as(worker.printed())
          .isEqualTo(
              "{\"hello\":\"hello Zoë \\\"Z\\\"\",\"words\":3,\"all\":[\"hello a\",\"hello b\"]}");
      assertThat(events)
          .filteredOn(event -> event.getType() == EventType.STEP_FAILED)
          .singleElement()
          .satisfies(
              failed -> {
                assertThat(failed.getFailure().getType()).isEqualTo("ShellError");
                assertThat(failed.getFailure().getMessage())
                    .contains("no handler for step type 'no-such-handler'");
              });
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  @Test
  void nodeWorkerRunsStepsInAvro() throws Exception {
    assumeTools("node", "npm");
    for (String file : List.of("package.json", "worker.js")) {
      Files.copy(EXAMPLES.resolve("node-worker").resolve(file), folder.resolve(file));
    }
    assumeTrue(
        run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock"),
        "npm cannot install kafkajs and avsc here");
    WorkflowDefinition definition =
        definition(
            """
            name: node
            version: 1
            queue: node
            output: {hello: "${steps.hello.output}", sum: "${steps.sum.output}", all: "${steps.all.output.results}"}
            steps:
              - {id: hello, type: greet}
              - {id: sum, dependsOn: [hello]}
              - {id: all, type: greet, forEach: {items: input.people}}
              - {id: refused, type: refuse, retry: {maxAttempts: 3}, onFailure: continue}
            """);
    try (Installation installation = new Installation("node");
        Engine engine = installation.startEngine(folder.resolve("state"));
        Worker worker =
            new Worker(
                new ProcessBuilder("node", "worker.js").directory(folder.toFile()),
                Map.of(
                    "BROKERS",
                    installation.bootstrapServers(),
                    "REGISTRY",
                    installation.registryUrl(),
                    "QUEUE",
                    "node"),
                folder)) {
      installation.send(installation.topics.commands("node"), "junk", new byte[] {7, 7});
      installation.register(definition);
      installation.start(
          "w", "node", "{\"name\": \"Zoë\", \"people\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}");
      List<WorkflowEvent> events = eventsUntilTheEnd(installation);
      assertThat(output(events))
          .as(worker.printed())
          .isEqualTo("{\"hello\":\"hello Zoë\",\"sum\":9,\"all\":[\"hello a\",\"hello b\"]}");
      assertThat(events)
          .filteredOn(event -> event.getType() == EventType.STEP_FAILED)
          .singleElement()
          .satisfies(
              failed -> {
                assertThat(failed.getAttempt()).isEqualTo(1);
                assertThat(failed.getFailure().getType()).isEqualTo("Refused");
                assertThat(failed.getFailure().getRetryable()).isFalse();
              });
      assertThat(installation.records(installation.topics.deadLetters(), 1)).hasSize(1);
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  private static WorkflowDefinition definition(String source) {
    return switch (new DefinitionParser(new CelExpressions()).parse(source.getBytes(UTF_8))) {
      case ParsedDefinition.Accepted accepted -> accepted.definition();
      case ParsedDefinition.Refused refused -> throw new AssertionError(refused.problems());
    };
  }

  private static List<WorkflowEvent> eventsUntilTheEnd(Installation installation) {
    try (EventLog log = new EventLog(installation)) {
      log.pollUntilEnded(1);
      return log.histories().values().iterator().next().entries().stream()
          .map(EventHistory.Entry::event)
          .toList();
    }
  }

  /** What the workflow has returned. */
  private static String output(List<WorkflowEvent> events) {
    WorkflowEvent end = events.getLast();
    assertThat(end.getType()).isEqualTo(EventType.WORKFLOW_SUCCEEDED);
    return UTF_8.decode(end.getPayload().getData()).toString();
  }

  private static void assumeTools(String... names) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String name : names) {
      assumeTrue(
          Arrays.stream(path.split(":"))
              .anyMatch(each -> Files.isExecutable(Path.of(each).resolve(name))),
          name + " is not installed here");
    }
  }

  private boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("run.txt").toFile())
            .start();
    try {
      return process.waitFor(3, TimeUnit.MINUTES) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  /** A worker's process, with those that it has started. */
  private static final class Worker implements AutoCloseable {
    private final Path printed;
    private final Process process;

    Worker(ProcessBuilder builder, Map<String, String> environment, Path folder)
        throws IOException {
      builder.environment().putAll(environment);
      printed = folder.resolve("worker.txt");
      process = builder.redirectErrorStream(true).redirectOutput(printed.toFile()).start();
    }

    String printed() throws IOException {
      return Files.readString(printed);
    }

    @Override
    public void close() throws InterruptedException {
      List<ProcessHandle> all = process.descendants().toList();
      process.destroy();
      all.forEach(ProcessHandle::destroy);
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }
}
