package dev.millrace.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class ConnectionOptionsTest {
  @TempDir private Path folder;

  /** A command that only connects. */
  @Command
  private static final class Connecting {
    @Mixin private ConnectionOptions where = new ConnectionOptions();
  }

  private String engine(String... arguments) {
    Connecting command = new Connecting();
    new CommandLine(command).parseArgs(arguments);
    return command.where.engine(Map.of(), folder);
  }

  private Connection connect(Map<String, String> environment, String... arguments) {
    Connecting command = new Connecting();
    new CommandLine(command).parseArgs(arguments);
    return command.where.resolve(environment, folder);
  }

  @Test
  void flagsComeBeforeEnvironmentBeforeFile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("client.properties"),
            "bootstrap.servers=file:1\nschema.registry.url=http://file\nsecurity.protocol=SSL\n");
    String config = file.toString();

    assertThat(connect(Map.of(), "--client-config", config).kafka())
        .containsEntry("bootstrap.servers", "file:1")
        .containsEntry("security.protocol", "SSL")
        .doesNotContainKey("schema.registry.url");
    Map<String, String> environment =
        Map.of("MILLRACE_BOOTSTRAP_SERVERS", "env:1", "MILLRACE_CLIENT_CONFIG", config);
    assertThat(connect(environment).kafka())
        .containsEntry("bootstrap.servers", "env:1")
        .containsEntry("security.protocol", "SSL");
    assertThat(connect(environment).schemaRegistryUrl()).contains("http://file");
    assertThat(connect(environment, "--bootstrap-servers", "flag:1").kafka())
        .containsEntry("bootstrap.servers", "flag:1");
  }

  @Test
  void settingsOfTheRegistryDoNotReachKafka() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("client.properties"),
            "bootstrap.servers=a:1\nbasic.auth.user.info=u:p\nsasl.mechanism=PLAIN\n");

    Connection connection = connect(Map.of(), "--client-config", file.toString());

    assertThat(connection.kafka()).containsOnlyKeys("bootstrap.servers", "sasl.mechanism");
    assertThat(connection.schemaRegistryConfig()).containsOnlyKeys("basic.auth.user.info");
  }

  @Test
  void engineIsToldWhatWasSaidByTheNamesOfItsSettings() throws IOException {
    ConnectionFile.ofThisProcess("dev:1", "http://dev", "mine.", Optional.empty()).write(folder);
    Path file =
        Files.writeString(
            folder.resolve("client.properties"),
            """
            bootstrap.servers=file:1
            schema.registry.url=http://file
            basic.auth.user.info=u:p
            schema.registry.ssl.truststore.location=/trust
            sasl.mechanism=PLAIN
            """);

    assertThat(engineSettings(Map.of())).isEmpty();
    assertThat(
            engineSettings(
                Map.of("MILLRACE_BOOTSTRAP_SERVERS", "env:1", "MILLRACE_PREFIX", "second."),
                "--client-config",
                file.toString(),
                "--prefix",
                "third."))
        .containsOnly(
            Map.entry("bootstrap.servers", "env:1"),
            Map.entry("schema.registry.url", "http://file"),
            Map.entry("schema.registry.basic.auth.user.info", "u:p"),
            Map.entry("schema.registry.ssl.truststore.location", "/trust"),
            Map.entry("kafka.sasl.mechanism", "PLAIN"),
            Map.entry("topic.prefix", "third."));
  }

  private static Map<String, String> engineSettings(
      Map<String, String> environment, String... arguments) {
    Connecting command = new Connecting();
    new CommandLine(command).parseArgs(arguments);
    return command.where.engineSettings(environment);
  }

  @Test
  void runningDevServerOfTheFolderIsUsedWhenNobodySaysOtherwise() throws IOException {
    ConnectionFile dev =
        ConnectionFile.ofThisProcess("dev:1", "http://dev", "mine.", Optional.of("http://engine"));
    dev.write(folder);

    Connection found = connect(Map.of());
    assertThat(found.kafka()).containsEntry("bootstrap.servers", "dev:1");
    assertThat(found.schemaRegistryUrl()).contains("http://dev");
    assertThat(found.topics().prefix()).isEqualTo("mine.");

    assertThat(engine()).isEqualTo("http://engine");
    assertThat(engine("--http", "http://other")).isEqualTo("http://other");

    Connection other = connect(Map.of(), "--bootstrap-servers", "other:1");
    assertThat(other.schemaRegistryUrl()).isEmpty();
    assertThat(other.topics().prefix()).isEqualTo("millrace.");

    dev.delete(folder);
    assertThat(ConnectionFile.in(folder)).doesNotExist();
  }

  @Test
  void devServerOfAnotherPrefixOrKafkaIsNotAsked() throws IOException {
    ConnectionFile.ofThisProcess("dev:1", "http://dev", "mine.", Optional.of("http://engine"))
        .write(folder);

    assertThat(engine("--prefix", "mine.", "--bootstrap-servers", "dev:1"))
        .isEqualTo("http://engine");
    assertThat(engine("--prefix", "second.", "--http", "http://other")).isEqualTo("http://other");
    assertThatThrownBy(() -> engine("--prefix", "second."))
        .isInstanceOf(ParameterException.class)
        .hasMessage(
            "no engine to ask: the one of this folder's dev server serves the prefix mine., not"
                + " second.; give --http HOST:PORT or set MILLRACE_HTTP");
    assertThatThrownBy(() -> engine("--bootstrap-servers", "other:1"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("is on Kafka at dev:1, not other:1; give --http HOST:PORT");
  }

  @Test
  void addressOfAnEngineNeedsNoScheme() {
    assertThat(engine("--http", "127.0.0.1:8490")).isEqualTo("http://127.0.0.1:8490");
    assertThat(engine("--http", "localhost:8490")).isEqualTo("http://localhost:8490");
    assertThat(engine("--http", "[::1]:8490")).isEqualTo("http://[::1]:8490");
    assertThat(engine("--http", "https://engine/")).isEqualTo("https://engine/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8490", "localhost:port", "a b:1", "ftp://engine:1", "http://", "/engine"})
  void whatIsNoAddressOfAnEngineIsRefusedWithTheRightForm(String address) {
    assertThatThrownBy(() -> engine("--http", address))
        .isInstanceOf(ParameterException.class)
        .hasMessage(
            "engine address '%s' of --http or MILLRACE_HTTP: must be HOST:PORT or http://HOST:PORT",
            address);
  }

  @Test
  void devServerThatIsGoneIsNotUsed() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    new ConnectionFile("dev:1", "http://dev", "millrace.", Optional.empty(), gone.pid(), 0)
        .write(folder);

    assertThatThrownBy(() -> connect(Map.of()))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("no Kafka to connect to: give --bootstrap-servers");
  }

  @Test
  void processWithTheSameIdThatStartedAtAnotherTimeIsNotTheDevServer() throws IOException {
    new ConnectionFile(
            "dev:1", "http://dev", "millrace.", Optional.empty(), ProcessHandle.current().pid(), 1)
        .write(folder);

    assertThat(ConnectionFile.running(folder)).isEmpty();
  }

  @Test
  void connectionFileIsTakenFromNoServerThatRunsAndFromEveryOther() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    new ConnectionFile("gone:1", "http://gone", "millrace.", Optional.empty(), gone.pid(), 0)
        .write(folder);
    ConnectionFile first = ofThisProcess("first:1");
    ConnectionFile second = ofThisProcess("second:1");

    assertThat(first.writeUnlessTaken(folder)).isEmpty();
    assertThat(second.writeUnlessTaken(folder)).contains(first);
    second.delete(folder);

    assertThat(ConnectionFile.running(folder)).contains(first);
    Files.writeString(ConnectionFile.in(folder), "millrace.pid=none");
    assertThat(second.writeUnlessTaken(folder)).isEmpty();
    assertThat(ConnectionFile.running(folder)).contains(second);
  }

  private static ConnectionFile ofThisProcess(String bootstrapServers) {
    return ConnectionFile.ofThisProcess(
        bootstrapServers, "http://registry", "millrace.", Optional.empty());
  }

  @Test
  void badPrefixAndUnreadableFileAreNamed() {
    assertThatThrownBy(() -> connect(Map.of(), "--bootstrap-servers", "a:1", "--prefix", "no dot"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("topic prefix 'no dot'");
    assertThatThrownBy(() -> connect(Map.of(), "--client-config", "absent.properties"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("client configuration: file absent.properties does not exist");
  }
}
