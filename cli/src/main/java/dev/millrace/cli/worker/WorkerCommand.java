package dev.millrace.cli.worker;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.PropertiesFile;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.run.ConnectedWorkers;
import dev.millrace.worker.Source;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the handlers of jars as a worker until it is interrupted. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description =
        "Runs the handlers of jars as a worker of a queue, until it is interrupted; then it"
            + " finishes what is running.")
public final class WorkerCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin
  @SuppressWarnings("NullAway.Init") // set by picocli
  private ConnectionOptions connection;

  @Option(
      names = "--jar",
      paramLabel = "JAR|DIR",
      required = true,
      description =
          "Jar with handlers, or folder with such a jar and its libraries; may be repeated. Each"
              + " has a class loader of its own.")
  private List<Path> jars = List.of();

  @Option(names = "--queue", paramLabel = "NAME", description = "Queue whose commands it runs.")
  private @Nullable String queue;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Handlers that may run at once; if nobody says, what the profile has.")
  private @Nullable String slots;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Set of settings: latency, throughput or small (latency).")
  private @Nullable String profile;

  @Option(
      names = "--share-group",
      arity = "0..1",
      paramLabel = "READERS",
      fallbackValue = "" + Source.ShareGroup.DEFAULT_READERS,
      description =
          "Shares the commands, not the partitions, with the queue's other workers, which must do"
              + " so too; with so many members of the group (${FALLBACK-VALUE}).")
  private @Nullable String shareReaders;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Port for probes and metrics, on http.host (127.0.0.1); 0 for a free one. None unless"
              + " given.")
  private @Nullable String httpPort;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties: queue, slots, slots.* for step types, in.key.order, profile, name,"
              + " share.readers, drain.timeout.ms, http.host, http.port, kafka.* for Kafka's"
              + " clients, handlers.* for the handlers.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "One such property, before those of the file; may be repeated.")
  private Map<String, String> set = Map.of();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    WorkerConfiguration configuration = configuration();
    String ofQueue =
        configuration
            .queue()
            .orElseThrow(() -> refused("no queue to work for: give --queue NAME", null));
    Connection connected = connection.connect();
    List<HandlerJar> opened = new ArrayList<>();
    CountDownLatch ended = new CountDownLatch(1);
    Optional<WorkerHttp> http = serve(configuration, out);
    try {
      JarContext context = new JarContext();
      WorkerBuilder builder = Worker.builder().around(context);
      for (Path path : jars) {
        HandlerJar jar = HandlerJar.open(path);
        opened.add(jar);
        List<String> types = jar.addTo(builder, configuration.ofHandlers());
        context.add(jar, types);
        out.printf("%s: %s%n", path, String.join(", ", types));
      }
      http.ifPresent(each -> each.meter(builder));
      Worker worker = start(builder, connected, ofQueue, configuration);
      http.ifPresent(each -> each.started(worker));
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(worker, ended, out), "worker-close"));
      out.printf("Working for queue '%s'. Ctrl-C stops it.%n", ofQueue);
      out.flush();
      worker.awaitTermination();
    } finally {
      opened.forEach(this::close);
      http.ifPresent(WorkerHttp::close);
      ended.countDown();
    }
    return ExitCode.OK;
  }

  private Optional<WorkerHttp> serve(WorkerConfiguration configuration, PrintWriter out) {
    try {
      OptionalInt port = configuration.httpPort();
      if (port.isEmpty()) {
        return Optional.empty();
      }
      WorkerHttp http = WorkerHttp.serve(configuration.httpHost(), port.getAsInt());
      out.printf("Probes and metrics: http://%s:%d%n", configuration.httpHost(), http.port());
      return Optional.of(http);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  /** Runs when the process is told to end, and also when it ends by itself. */
  private static void stop(Worker worker, CountDownLatch ended, PrintWriter out) {
    if (ended.getCount() == 0) {
      return;
    }
    out.printf("%nstopping: what is running may finish%n");
    out.flush();
    worker.close();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.println("stopped");
    out.flush();
  }

  private WorkerConfiguration configuration() {
    try {
      Map<String, String> settings =
          config == null ? new TreeMap<>() : PropertiesFile.read("configuration", config);
      settings.putAll(set);
      put(settings, WorkerConfiguration.QUEUE, queue);
      put(settings, WorkerConfiguration.SLOTS, slots);
      put(settings, WorkerConfiguration.PROFILE, profile);
      put(settings, WorkerConfiguration.SHARE_READERS, shareReaders);
      put(settings, WorkerConfiguration.HTTP_PORT, httpPort);
      return new WorkerConfiguration(settings);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  private static void put(Map<String, String> settings, String name, @Nullable String flag) {
    if (flag != null) {
      settings.put(name, flag);
    }
  }

  private Worker start(
      WorkerBuilder builder,
      Connection connected,
      String ofQueue,
      WorkerConfiguration configuration) {
    Worker worker;
    try {
      ConnectedWorkers.connect(builder, connected, ofQueue);
      configuration.applyTo(builder);
      worker = builder.build();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
    try {
      worker.start();
    } catch (RuntimeException e) {
      throw new CommandFailedException("the worker cannot start: " + e.getMessage(), e);
    }
    return worker;
  }

  private void close(HandlerJar jar) {
    try {
      jar.close();
    } catch (Exception e) {
      PrintWriter err = command.commandLine().getErr();
      err.printf("millrace: %s: its handlers did not close: %s%n", jar.path(), e);
      err.flush();
    }
  }

  private ParameterException refused(String message, @Nullable Throwable cause) {
    return new ParameterException(command.commandLine(), message, cause);
  }
}
