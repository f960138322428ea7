package dev.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessTest {
  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void killWhatIsLeft() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void acknowledgedRecordsOutliveAKill() throws Exception {
    List<String> values = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
    Process first = start("--data", data());
    String servers = ready(first);
    Records.createTopic(servers, "a");
    Records.send(servers, "a", values);

    first.destroyForcibly().waitFor();
    String again = ready(start("--data", data()));

    assertThat(Records.read(again, "a", "g", values.size())).isEqualTo(values);
    Records.send(again, "a", List.of("after"));
    assertThat(Records.read(again, "a", "g", 1)).containsExactly("after");
  }

  @Test
  void stopsWhenItsStarterGoesAway() throws Exception {
    Process broker = start("--data", data(), "--exit-with-parent");
    ready(broker);

    broker.getOutputStream().close();

    assertThat(broker.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(broker.exitValue()).isZero();
  }

  @Test
  void saysWhyItDoesNotStart() throws Exception {
    ready(start("--data", data()));

    Process second = start("--data", data());

    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(Files.readString(errors(second))).contains("in use by a broker in process");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName()));
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors-" + started.size());
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    started.add(process);
    return process;
  }

  private Path errors(Process process) {
    return folder.resolve("errors-" + started.indexOf(process));
  }

  /** Waits for the line that says that the broker is up, and returns its address. */
  private String ready(Process broker) throws IOException {
    BufferedReader output = broker.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(BrokerProcess.READY)) {
        return line.substring(BrokerProcess.READY.length());
      }
    }
    throw new AssertionError("no broker: " + Files.readString(errors(broker)));
  }
}
