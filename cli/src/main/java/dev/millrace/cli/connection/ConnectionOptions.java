package dev.millrace.cli.connection;

import dev.millrace.cli.PropertiesFile;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.schemas.Topics;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that say where everything is, the same for all commands. Each value is taken from the
 * first of these that has it: the flag, the environment, the file of {@code --client-config}, a dev
 * server that runs in this folder.
 */
public final class ConnectionOptions {
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final String BOOTSTRAP = "bootstrap.servers";
  private static final String REGISTRY = "schema.registry.";
  private static final String REGISTRY_URL = REGISTRY + "url";
  private static final Pattern REGISTRY_SETTING =
      Pattern.compile("(basic|bearer)\\.auth\\..+|schema\\.registry\\.ssl\\..+");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers to begin with (MILLRACE_BOOTSTRAP_SERVERS).")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "Schema registry (MILLRACE_SCHEMA_REGISTRY).")
  private @Nullable String schemaRegistry;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "What all topic names start with (MILLRACE_PREFIX); millrace. if nobody says.")
  private @Nullable String prefix;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT|URL",
      description = "HTTP face of an engine (MILLRACE_HTTP).")
  private @Nullable String http;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description =
          "Properties of Kafka's clients, such as those for TLS and SASL; basic.auth.*,"
              + " bearer.auth.* and schema.registry.* go to the registry's client"
              + " (MILLRACE_CLIENT_CONFIG).")
  private @Nullable Path clientConfig;

  /**
   * Looks everything up.
   *
   * @throws ParameterException when there is no broker to connect to, or a value makes no sense
   */
  public Connection connect() {
    return resolve(System.getenv(), Path.of("").toAbsolutePath());
  }

  /**
   * As {@link #connect}, but nothing when nobody says where Kafka is.
   *
   * @throws ParameterException when a value makes no sense
   */
  public Optional<Connection> find() {
    return look(System.getenv(), Path.of("").toAbsolutePath());
  }

  /**
   * What was said, by the names of an engine's settings; a dev server of the folder does not count.
   *
   * @throws ParameterException when a value makes no sense
   */
  public Map<String, String> engineSettings() {
    return engineSettings(System.getenv());
  }

  Map<String, String> engineSettings(Map<String, String> environment) {
    Map<String, String> file = clientConfiguration(environment);
    Map<String, String> settings = new HashMap<>();
    file.forEach(
        (name, value) -> {
          if (REGISTRY_SETTING.matcher(name).matches()) {
            settings.put(name.startsWith(REGISTRY) ? name : REGISTRY + name, value);
          } else if (!name.equals(REGISTRY_URL) && !name.equals(BOOTSTRAP)) {
            settings.put(EngineConfig.KAFKA_PREFIX + name, value);
          }
        });
    givenServers(environment, file)
        .ifPresent(servers -> settings.put(EngineConfig.BOOTSTRAP_SERVERS, servers));
    givenRegistry(environment, file)
        .ifPresent(url -> settings.put(EngineConfig.SCHEMA_REGISTRY_URL, url));
    first(prefix, environment.get("MILLRACE_PREFIX"), null)
        .ifPresent(start -> settings.put(EngineConfig.TOPIC_PREFIX, start));
    return settings;
  }

  /** The names of the topics alone, for commands that connect to nothing. */
  public Topics names() {
    return names(System.getenv(), Optional.empty());
  }

  /**
   * The address of an engine's HTTP face.
   *
   * @throws ParameterException when nobody said where it is
   */
  public String engine() {
    return engine(System.getenv(), Path.of("").toAbsolutePath());
  }

  /**
   * As {@link #engine()}, but nothing when nobody said where it is.
   *
   * @throws ParameterException when what was said is no address
   */
  public Optional<String> findEngine() {
    return findEngine(System.getenv(), Path.of("").toAbsolutePath());
  }

  private Optional<String> findEngine(Map<String, String> environment, Path folder) {
    return first(http, environment.get("MILLRACE_HTTP"), null)
        .map(this::url)
        .or(
            () ->
                ConnectionFile.running(folder)
                    .filter(dev -> difference(environment, dev).isEmpty())
                    .flatMap(ConnectionFile::http));
  }

  /** What the dev server of the folder is, and nobody asked for; empty if it may be asked. */
  private Optional<String> difference(Map<String, String> environment, ConnectionFile dev) {
    Optional<String> servers = givenServers(environment, clientConfiguration(environment));
    if (servers.isPresent() && !servers.get().equals(dev.bootstrapServers())) {
      return Optional.of(
          "is on Kafka at %s, not %s".formatted(dev.bootstrapServers(), servers.get()));
    }
    String wanted =
        names(environment, servers.isPresent() ? Optional.empty() : Optional.of(dev)).prefix();
    return wanted.equals(dev.prefix())
        ? Optional.empty()
        : Optional.of("serves the prefix %s, not %s".formatted(dev.prefix(), wanted));
  }

  /** An address with its scheme, which may be left out when it is http. */
  private String url(String given) {
    String url = given.contains("://") ? given : "http://" + given;
    try {
      URI parsed = new URI(url);
      String host = parsed.getHost();
      boolean portAlone = host != null && host.chars().allMatch(Character::isDigit);
      if (host != null && !portAlone && SCHEMES.contains(parsed.getScheme())) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw notAnAddress(given, e);
    }
    throw notAnAddress(given, null);
  }

  private ParameterException notAnAddress(String given, @Nullable Throwable cause) {
    return refused(
        "engine address '%s' of --http or MILLRACE_HTTP: must be HOST:PORT or http://HOST:PORT"
            .formatted(given),
        cause);
  }

  String engine(Map<String, String> environment, Path folder) {
    return findEngine(environment, folder)
        .orElseThrow(() -> refused(noEngine(environment, folder), null));
  }

  private String noEngine(Map<String, String> environment, Path folder) {
    return ConnectionFile.running(folder)
        .flatMap(dev -> difference(environment, dev))
        .map(
            difference ->
                "no engine to ask: the one of this folder's dev server %s; give --http HOST:PORT or set MILLRACE_HTTP"
                    .formatted(difference))
        .orElse(
            "no engine to ask: give --http HOST:PORT, set MILLRACE_HTTP, or start 'millrace dev' in"
                + " this folder");
  }

  Connection resolve(Map<String, String> environment, Path folder) {
    return look(environment, folder)
        .orElseThrow(
            () ->
                refused(
                    "no Kafka to connect to: give --bootstrap-servers HOST:PORT, set"
                        + " MILLRACE_BOOTSTRAP_SERVERS, or start 'millrace dev' in this folder",
                    null));
  }

  private Optional<Connection> look(Map<String, String> environment, Path folder) {
    Map<String, String> file = clientConfiguration(environment);
    Optional<String> given = givenServers(environment, file);
    // A dev server is taken as a whole or not at all: never its registry beside another Kafka.
    Optional<ConnectionFile> dev =
        given.isPresent() ? Optional.empty() : ConnectionFile.running(folder);
    Map<String, String> kafka = new HashMap<>();
    Map<String, String> registry = new HashMap<>();
    file.forEach(
        (name, value) -> {
          if (REGISTRY_SETTING.matcher(name).matches()) {
            registry.put(name, value);
          } else if (!name.equals(REGISTRY_URL)) {
            kafka.put(name, value);
          }
        });
    Optional<String> servers = given.or(() -> dev.map(ConnectionFile::bootstrapServers));
    if (servers.isEmpty()) {
      return Optional.empty();
    }
    kafka.put(BOOTSTRAP, servers.get());
    return Optional.of(
        new Connection(
            kafka,
            givenRegistry(environment, file).or(() -> dev.map(ConnectionFile::schemaRegistry)),
            registry,
            names(environment, dev)));
  }

  private Optional<String> givenServers(Map<String, String> environment, Map<String, String> file) {
    return first(
        bootstrapServers, environment.get("MILLRACE_BOOTSTRAP_SERVERS"), file.get(BOOTSTRAP));
  }

  private Optional<String> givenRegistry(
      Map<String, String> environment, Map<String, String> file) {
    return first(
        schemaRegistry, environment.get("MILLRACE_SCHEMA_REGISTRY"), file.get(REGISTRY_URL));
  }

  private Topics names(Map<String, String> environment, Optional<ConnectionFile> dev) {
    String value =
        first(prefix, environment.get("MILLRACE_PREFIX"), null)
            .or(() -> dev.map(ConnectionFile::prefix))
            .orElse(Topics.DEFAULT_PREFIX);
    try {
      return new Topics(value);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage(), e);
    }
  }

  private Map<String, String> clientConfiguration(Map<String, String> environment) {
    String fromEnvironment = environment.get("MILLRACE_CLIENT_CONFIG");
    Path path = clientConfig;
    if (path == null) {
      if (fromEnvironment == null || fromEnvironment.isBlank()) {
        return Map.of();
      }
      path = Path.of(fromEnvironment);
    }
    try {
      return PropertiesFile.read("client configuration", path);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage(), e);
    }
  }

  private ParameterException refused(@Nullable String message, @Nullable Throwable cause) {
    return new ParameterException(command.commandLine(), message, cause);
  }

  private static Optional<String> first(
      @Nullable String flag, @Nullable String environment, @Nullable String file) {
    return Stream.of(
            Optional.ofNullable(flag), Optional.ofNullable(environment), Optional.ofNullable(file))
        .flatMap(Optional::stream)
        .filter(value -> !value.isBlank())
        .findFirst();
  }
}
