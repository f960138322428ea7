package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that cannot start says why in one sentence. */
class EngineMainTest {
  private static final String CONNECTED =
      "bootstrap.servers=127.0.0.1:1\nschema.registry.url=http://127.0.0.1:1\n";

  @TempDir Path folder;

  @Test
  void unknownSettingIsNamed() throws Exception {
    assertThat(refused(config(CONNECTED + "http.prot=1\n")))
        .startsWith("millrace: unknown setting 'http.prot'; known are ");
  }

  @Test
  void missingConfigurationIsNamed() throws Exception {
    Path absent = folder.resolve("absent.properties");

    assertThat(refused(absent))
        .isEqualToIgnoringNewLines(
            "millrace: configuration file %s does not exist".formatted(absent));
  }

  @Test
  void portThatIsTakenIsNamed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();

      assertThat(refused(config(CONNECTED + "http.port=" + port + "\n")))
          .contains("millrace: HTTP cannot listen on 127.0.0.1:" + port)
          .contains("set http.host and http.port");
    }
  }

  private Path config(String settings) throws IOException {
    return Files.writeString(folder.resolve("engine.properties"), settings);
  }

  /** What a start prints that ends with exit code 2 and without a stack trace. */
  private static String refused(Path config) throws Exception {
    try (JvmProcess process =
        JvmProcess.start(EngineMain.class, List.of("--config", config.toString()))) {
      assertThat(process.awaitExit()).as(process.printed()).isEqualTo(2);
      assertThat(process.printed()).doesNotContain("\tat ", "Exception");
      return process.printed();
    }
  }
}
