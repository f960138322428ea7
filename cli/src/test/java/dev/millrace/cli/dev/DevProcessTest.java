package dev.millrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.connection.ConnectionFile;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dev server with the real engine, as users run it. */
class DevProcessTest {
  private static final String DEFINITION =
      """
      name: order
      version: 1
      steps:
        - id: pay
          type: pay
      """;

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void killWhatIsLeft() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void workflowsOutliveACleanStop(String signal) throws Exception {
    Process first = start();
    awaitGreeting(first);
    register();
    startWorkflow("w1");

    assertThat(
            new ProcessBuilder("kill", "-" + signal, Long.toString(first.pid())).start().waitFor())
        .isZero();
    assertThat(first.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readAllLines(output(0))).containsSubsequence("stopping", "stopped");
    assertThat(first.exitValue()).isEqualTo(signal.equals("INT") ? 130 : 143);
    assertThat(ConnectionFile.in(folder)).doesNotExist();

    awaitGreeting(start());
    assertGoesOn("w1");
  }

  @Test
  void workflowsOutliveAKill() throws Exception {
    Process first = start();
    awaitGreeting(first);
    register();
    startWorkflow("w1");

    first.destroyForcibly().waitFor();
    assertThat(ConnectionFile.running(folder)).isEmpty();

    awaitGreeting(start());
    assertGoesOn("w1");
  }

  private void register() throws IOException {
    Path definition = Files.writeString(folder.resolve("order.yaml"), DEFINITION);
    assertThat(run("register", definition.toString()).out()).contains("published order/1");
    assertThat(run("register", definition.toString()).out()).contains("published already");
    Files.writeString(definition, DEFINITION.replace("type: pay", "type: bill"));
    CliRun changed = run("register", definition.toString());
    assertThat(changed.exitCode()).isEqualTo(1);
    assertThat(changed.err())
        .contains("never changes; give this one a higher version: 2 is the next");
  }

  private void startWorkflow(String workflowId) {
    assertThat(run("start", "order", "--id", workflowId).exitCode()).isZero();
    awaitEvent(workflowId, "STEP_DISPATCHED");
  }

  /** Cancels it: only an engine that still knows a workflow can. */
  private void assertGoesOn(String workflowId) {
    assertThat(run("events", workflowId).out()).contains("STEP_DISPATCHED");
    assertThat(run("cancel", workflowId).exitCode()).isZero();
    assertThat(run("events", workflowId, "--follow").out()).contains("WORKFLOW_CANCELLED");
  }

  private void awaitEvent(String workflowId, String type) {
    await().untilAsserted(() -> assertThat(run("events", workflowId).out()).contains(type));
  }

  /** Runs a command against the dev server of the folder. */
  private CliRun run(String... arguments) {
    ConnectionFile dev = ConnectionFile.running(folder).orElseThrow();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers",
            dev.bootstrapServers(),
            "--schema-registry",
            dev.schemaRegistry()));
    return CliRun.of(all.toArray(String[]::new));
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>(deafnessCured());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Millrace.class.getName(),
            "dev",
            "--port",
            "0",
            "--registry-port",
            "0",
            "--http-port",
            "0"));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output(started.size()).toFile())
            .redirectError(folder.resolve("errors-" + started.size()).toFile())
            .start();
    started.add(process);
    return process;
  }

  /**
   * A build in the background of a shell ignores SIGINT, and so do all processes below it, unless
   * they are started through this.
   */
  private static List<String> deafnessCured() throws IOException {
    List<String> cure = List.of("env", "--default-signal=INT");
    List<String> trial = Stream.concat(cure.stream(), Stream.of("true")).toList();
    try {
      return new ProcessBuilder(trial).start().waitFor() == 0 ? cure : List.of();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Path output(int number) {
    return folder.resolve("output-" + number);
  }

  private void awaitGreeting(Process server) throws IOException {
    int number = started.indexOf(server);
    await()
        .until(
            () ->
                Files.readString(output(number)).contains("\nCtrl-C stops it")
                    || !server.isAlive());
    if (!server.isAlive()) {
      throw new AssertionError(Files.readString(folder.resolve("errors-" + number)));
    }
  }
}
