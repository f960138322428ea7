package dev.millrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.connection.ConnectionFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void workflowsOutliveACleanStopAndAKill() throws Exception {
    Path definition = Files.writeString(folder.resolve("order.yaml"), DEFINITION);
    Process first = start();
    awaitGreeting(first);
    assertThat(run("register", definition.toString()).out()).contains("published order/1");
    assertThat(run("register", definition.toString()).out()).contains("published already");
    Files.writeString(definition, DEFINITION.replace("type: pay", "type: bill"));
    CliRun changed = run("register", definition.toString());
    assertThat(changed.exitCode()).isEqualTo(1);
    assertThat(changed.err())
        .contains("never changes; give this one a higher version: 2 is the next");
    assertThat(run("start", "order", "--id", "w1").exitCode()).isZero();
    awaitEvent("w1", "STEP_DISPATCHED");

    first.destroy();
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(ConnectionFile.in(folder)).doesNotExist();
    Process second = start();
    awaitGreeting(second);
    second.destroyForcibly().waitFor();
    assertThat(ConnectionFile.running(folder)).isEmpty();

    awaitGreeting(start());
    assertThat(run("events", "w1").out()).contains("STEP_DISPATCHED");
    assertThat(run("cancel", "w1").exitCode()).isZero();
    assertThat(run("events", "w1", "--follow").out()).contains("WORKFLOW_CANCELLED");
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
    List<String> command =
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
            "0");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(folder.resolve("errors-" + started.size()).toFile())
            .start();
    started.add(process);
    return process;
  }

  private void awaitGreeting(Process server) throws IOException {
    BufferedReader output = server.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("Ctrl-C stops it")) {
        return;
      }
    }
    throw new AssertionError(Files.readString(folder.resolve("errors-" + started.indexOf(server))));
  }
}
