package dev.millrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionFile;
import dev.millrace.kafka.BrokerStartException;
import dev.millrace.schemas.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevServerTest {
  @TempDir private Path folder;
  private final List<String> happened = new ArrayList<>();

  /** An engine that only notes whether the topics were there when it started and stopped. */
  private final class NotingEngine implements EngineStarter.RunningEngine {
    private final EngineStarter.Surroundings surroundings;

    NotingEngine(EngineStarter.Surroundings surroundings) {
      this.surroundings = surroundings;
      note("started");
    }

    private void note(String what) {
      happened.add(
          what + (topics(surroundings.bootstrapServers()).isEmpty() ? " without" : " with topics"));
    }

    @Override
    public Optional<String> httpUrl() {
      return Optional.of("http://127.0.0.1:1");
    }

    @Override
    public boolean awaitStopped() {
      return false;
    }

    @Override
    public void close() {
      note("stopped");
    }
  }

  @Test
  void engineStartsAfterTheTopicsAndStopsBeforeTheBroker() {
    try (DevServer server = DevServer.start(settings(4), NotingEngine::new)) {
      assertThat(ConnectionFile.running(folder)).contains(server.connection());
      assertThat(server.connection().http()).contains("http://127.0.0.1:1");
    }

    assertThat(happened).containsExactly("started with topics", "stopped with topics");
    assertThat(ConnectionFile.in(folder)).doesNotExist();
  }

  @Test
  void secondStartKeepsTopicsWhateverSizeItIsGiven() {
    try (DevServer first = DevServer.start(settings(2), NotingEngine::new)) {
      assertThat(topics(first.connection().bootstrapServers()))
          .contains("millrace.workflow-starts.v1", "millrace.step-commands.default.v1");
    }
    try (DevServer second = DevServer.start(settings(4), NotingEngine::new)) {
      assertThat(partitions(second.connection().bootstrapServers())).isEqualTo(2);
    }
  }

  @Test
  void secondServerOnTheSameDataIsRefusedAndTheFirstGoesOn() {
    try (DevServer first = DevServer.start(settings(2), NotingEngine::new)) {
      assertThatThrownBy(() -> DevServer.start(settings(2), NotingEngine::new))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("in use by a broker in process");

      assertThat(topics(first.connection().bootstrapServers())).isNotEmpty();
    }
  }

  @Test
  void secondServerInTheFolderLeavesTheFirstToBeFound() {
    try (DevServer first = DevServer.start(settings(2), NotingEngine::new)) {
      try (DevServer second =
          DevServer.start(settings(Optional.empty(), 2, 0, 0, 0), NotingEngine::new)) {
        assertThat(second.foundInstead()).contains(first.connection());
        assertThat(ConnectionFile.running(folder)).contains(first.connection());
      }
      assertThat(first.foundInstead()).isEmpty();
      assertThat(ConnectionFile.running(folder)).contains(first.connection());
    }
    assertThat(ConnectionFile.in(folder)).doesNotExist();
  }

  @Test
  void commandsElsewhereAreToldOfEverythingThatAFolderTells() {
    ConnectionFile usual =
        ConnectionFile.ofThisProcess("k:1", "http://r", "millrace.", Optional.of("http://e"));
    ConnectionFile other = ConnectionFile.ofThisProcess("k:1", "http://r", "p.", Optional.empty());

    assertThat(DevCommand.environment(usual))
        .isEqualTo(
            "MILLRACE_BOOTSTRAP_SERVERS=k:1 MILLRACE_SCHEMA_REGISTRY=http://r MILLRACE_HTTP=http://e");
    assertThat(DevCommand.environment(other))
        .isEqualTo(
            "MILLRACE_BOOTSTRAP_SERVERS=k:1 MILLRACE_SCHEMA_REGISTRY=http://r MILLRACE_PREFIX=p.");
  }

  @Test
  void engineThatDoesNotStartLeavesNothingRunning() {
    assertThatThrownBy(
            () ->
                DevServer.start(
                    settings(2),
                    surroundings -> {
                      throw new IllegalStateException("no engine today");
                    }))
        .hasMessage("no engine today");

    assertThat(ConnectionFile.in(folder)).doesNotExist();
    DevServer.start(settings(2), NotingEngine::new).close();
  }

  @ParameterizedTest
  @CsvSource({"broker,--port", "schema registry,--registry-port", "engine,--http-port"})
  void portThatIsTakenMeanwhileIsNamedWithTheOptionThatChoosesAnother(String part, String option)
      throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int taken = other.getLocalPort();
      DevSettings settings =
          settings(
              2,
              part.equals("broker") ? taken : 0,
              part.equals("schema registry") ? taken : 0,
              part.equals("engine") ? taken : 0);

      assertThatThrownBy(() -> DevServer.start(settings, LocalEngine::start))
          .isInstanceOf(CommandFailedException.class)
          .hasMessage(
              "%s port %d on 127.0.0.1: taken by another process; choose another with %s, or 0 for a free one",
              part, taken, option);
    }
    DevServer.start(settings(2), NotingEngine::new).close();
  }

  private DevSettings settings(int partitions) {
    return settings(partitions, 0, 0, 0);
  }

  private DevSettings settings(int partitions, int brokerPort, int registryPort, int httpPort) {
    return settings(
        Optional.of(folder.resolve("data")), partitions, brokerPort, registryPort, httpPort);
  }

  private DevSettings settings(
      Optional<Path> data, int partitions, int brokerPort, int registryPort, int httpPort) {
    return new DevSettings(
        folder,
        data,
        brokerPort,
        registryPort,
        httpPort,
        Topics.standard(),
        partitions,
        List.of("default"),
        List.of());
  }

  private static Set<String> topics(String servers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin.listTopics().names().get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int partitions(String servers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin
          .describeTopics(List.of("millrace.workflow-starts.v1"))
          .allTopicNames()
          .get()
          .values()
          .iterator()
          .next()
          .partitions()
          .size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
