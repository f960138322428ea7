package dev.millrace.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.TestCluster;
import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EngineCommandTest {
  private static final int TERMINATED = 128 + 15;

  @RegisterExtension private static final TestCluster CLUSTER = new TestCluster(2);

  @TempDir private Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void runsUntilItIsTerminatedWithTheSettingsOfFilesAndOptions() throws Exception {
    String first = file("first.properties", "http.port=1\ntimer.tick.ms=50\n");
    String second =
        file("second.properties", "http.port=2\nstate.dir=%s\n".formatted(folder.resolve("state")));
    String client = file("client.properties", "client.id=of-the-client\n");
    try (JvmProcess engine =
        JvmProcess.start(
            Millrace.class,
            CLUSTER.arguments(
                "engine",
                "--config",
                first,
                "--config",
                second,
                "--set",
                "http.port=0",
                "--client-config",
                client))) {
      String port = engine.awaitLine("ready ").substring("ready ".length());
      CliRun list = CLUSTER.run("list", "--http", "127.0.0.1:" + port);
      assertThat(list.exitCode()).as(list.err()).isZero();
      assertThat(folder.resolve("state")).isNotEmptyDirectory();
      engine.terminate();
      assertThat(engine.awaitExit()).isEqualTo(TERMINATED);
      assertThat(engine.printed()).contains("of-the-client");
    }
  }

  @Test
  void settingThatIsNotKnownEndsItWithExitCode2() {
    assertThat(CLUSTER.run("engine", "--set", "http.prot=1").exitCode()).isEqualTo(2);
  }

  @Test
  void fileThatIsNotThereIsNamed() {
    String absent = folder.resolve("absent.properties").toString();

    CliRun run = CLUSTER.run("engine", "--config", absent);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("millrace: configuration: ").contains(absent);
  }
}
