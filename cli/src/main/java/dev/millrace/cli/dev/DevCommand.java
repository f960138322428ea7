package dev.millrace.cli.dev;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionFile;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the dev server until it is interrupted. */
@Command(
    name = "dev",
    mixinStandardHelpOptions = true,
    description = "Runs broker, schema registry and engine in one process, on 127.0.0.1 only.")
public final class DevCommand implements Callable<Integer> {
  private static final int BROKER_PORT = 9092;
  private static final int REGISTRY_PORT = 8081;
  private static final int HTTP_PORT = 8480;

  private final EngineStarter engine;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder that keeps everything over restarts (.millrace/dev).")
  private @Nullable Path data;

  @Option(names = "--temporary", description = "Keep nothing.")
  private boolean temporary;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the broker (" + BROKER_PORT + ", or a free one if that is taken).")
  private @Nullable Integer port;

  @Option(
      names = "--registry-port",
      paramLabel = "N",
      description = "Port of the schema registry (" + REGISTRY_PORT + ", or a free one).")
  private @Nullable Integer registryPort;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description = "Port of the engine (" + HTTP_PORT + ", or a free one).")
  private @Nullable Integer httpPort;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      defaultValue = Topics.DEFAULT_PREFIX,
      description = "What all topic names start with (${DEFAULT-VALUE}).")
  private String prefix = Topics.DEFAULT_PREFIX;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of new topics (${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--queue",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Worker queue that gets a command topic; may be repeated (${DEFAULT-VALUE}).")
  private List<String> queues = List.of();

  @Option(
      names = "--json-queue",
      paramLabel = "NAME",
      description = "Worker queue whose commands are JSON; may be repeated.")
  private List<String> jsonQueues = List.of();

  public DevCommand(EngineStarter engine) {
    this.engine = engine;
  }

  @Override
  public Integer call() throws InterruptedException {
    long begun = System.nanoTime();
    PrintWriter out = command.commandLine().getOut();
    DevSettings settings = settings();
    DevServer server = DevServer.start(settings, engine);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  out.printf("%nstopping%n");
                  server.close();
                  out.println("stopped");
                  out.flush();
                },
                "dev-close"));
    out.print(greeting(settings, server, Duration.ofNanos(System.nanoTime() - begun)));
    out.flush();
    if (server.awaitStopped()) {
      throw new CommandFailedException(
          "the engine stopped by a fault of its own; see its log above");
    }
    return ExitCode.OK;
  }

  private DevSettings settings() {
    Path folder = Path.of("").toAbsolutePath();
    if (temporary && data != null) {
      throw refused("--temporary and --data DIR exclude each other");
    }
    try {
      Topics topics = new Topics(prefix);
      List<String> allQueues =
          Stream.concat(queues.stream(), jsonQueues.stream()).distinct().toList();
      TopicPlan.builder(topics).partitions(partitions).queues(allQueues).build();
      return new DevSettings(
          folder,
          temporary
              ? Optional.empty()
              : Optional.of(data == null ? folder.resolve(".millrace").resolve("dev") : data),
          port == null ? preferring(BROKER_PORT) : port,
          registryPort == null ? preferring(REGISTRY_PORT) : registryPort,
          httpPort == null ? preferring(HTTP_PORT) : httpPort,
          topics,
          partitions,
          allQueues,
          jsonQueues);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** The usual port if it is free, else 0 for any. */
  private static int preferring(int usual) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), usual));
      return usual;
    } catch (IOException e) {
      return 0; // taken, which is what was asked
    }
  }

  private static String greeting(DevSettings settings, DevServer server, Duration took) {
    ConnectionFile at = server.connection();
    return """
        The dev server is up after %.1f s, on 127.0.0.1 only and without authentication.

          Kafka             %s
          schema registry   %s
          engine            %s
          data              %s

        %s
          export %s
        Any Kafka client will do, for example:
          kafka-console-consumer --bootstrap-server %s --topic %s --from-beginning
        Ctrl-C stops it.
        """
        .formatted(
            took.toMillis() / 1000.0,
            at.bootstrapServers(),
            at.schemaRegistry(),
            at.http().orElse("without HTTP"),
            settings.data().map(data -> data + " (kept)").orElse("temporary (deleted at the end)"),
            whoFindsIt(server),
            environment(at),
            at.bootstrapServers(),
            settings.topics().events());
  }

  /** What commands elsewhere need to find all of the server. */
  static String environment(ConnectionFile at) {
    StringJoiner variables = new StringJoiner(" ");
    variables.add("MILLRACE_BOOTSTRAP_SERVERS=" + at.bootstrapServers());
    variables.add("MILLRACE_SCHEMA_REGISTRY=" + at.schemaRegistry());
    at.http().ifPresent(url -> variables.add("MILLRACE_HTTP=" + url));
    if (!at.prefix().equals(Topics.DEFAULT_PREFIX)) {
      variables.add("MILLRACE_PREFIX=" + at.prefix());
    }
    return variables.toString();
  }

  private static String whoFindsIt(DevServer server) {
    return server
        .foundInstead()
        .map(
            other ->
                "Commands in this folder find the dev server of process %d on %s, which was here first. For this one:"
                    .formatted(other.pid(), other.bootstrapServers()))
        .orElse("Commands in this folder find it by themselves. For those elsewhere:");
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
