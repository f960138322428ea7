package dev.millrace.cli.dev;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionFile;
import dev.millrace.kafka.BrokerStartException;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicDifference;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.registry.BuiltInRegistry;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A broker, a schema registry and an engine in this process, with all topics made. Stopped in the
 * reverse order, so that whatever the engine still sends arrives. A second start with the same data
 * folder goes on where the first stopped. Thread-safe.
 */
public final class DevServer implements AutoCloseable {
  private final Path folder;
  private final ConnectionFile connection;
  private final Optional<ConnectionFile> foundInstead;
  private final EngineStarter.RunningEngine engine;
  private final Deque<AutoCloseable> parts;

  private DevServer(
      Path folder,
      ConnectionFile connection,
      Optional<ConnectionFile> foundInstead,
      EngineStarter.RunningEngine engine,
      Deque<AutoCloseable> parts) {
    this.folder = folder;
    this.connection = connection;
    this.foundInstead = foundInstead;
    this.engine = engine;
    this.parts = parts;
  }

  /**
   * Starts everything and returns when the engine works. Leaves nothing running when it fails.
   *
   * @throws CommandFailedException when a port is taken or the registry cannot be started
   * @throws dev.millrace.kafka.BrokerStartException when the broker cannot be started
   */
  public static DevServer start(DevSettings settings, EngineStarter engine) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      EmbeddedKafka kafka = startBroker(settings);
      parts.push(kafka);
      BuiltInRegistry registry = startRegistry(settings);
      parts.push(registry);
      makeTopics(settings, kafka.bootstrapServers());
      Path state = settings.data().orElse(kafka.dataDirectory()).resolve("engine");
      EngineStarter.RunningEngine running =
          startEngine(
              engine,
              new EngineStarter.Surroundings(
                  kafka.bootstrapServers(),
                  registry.url(),
                  settings.topics(),
                  state,
                  settings.jsonQueues(),
                  settings.httpPort()));
      parts.push(running);
      ConnectionFile connection =
          ConnectionFile.ofThisProcess(
              kafka.bootstrapServers(),
              registry.url(),
              settings.topics().prefix(),
              running.httpUrl());
      Optional<ConnectionFile> foundInstead = connection.writeUnlessTaken(settings.folder());
      return new DevServer(settings.folder(), connection, foundInstead, running, parts);
    } catch (IOException e) {
      closeAll(parts, e);
      throw new CommandFailedException(
          "connection file %s: cannot be written (%s)"
              .formatted(ConnectionFile.in(settings.folder()), e),
          e);
    } catch (RuntimeException e) {
      closeAll(parts, e);
      throw e;
    }
  }

  private static EmbeddedKafka startBroker(DevSettings settings) {
    EmbeddedKafka.Builder broker = EmbeddedKafka.builder().brokerPort(settings.brokerPort());
    settings.data().ifPresent(data -> broker.dataDirectory(data.resolve("broker")));
    try {
      return broker.start();
    } catch (BrokerStartException e) {
      throw portTaken(e) ? taken("broker", settings.brokerPort(), "--port", e) : e;
    }
  }

  private static BuiltInRegistry startRegistry(DevSettings settings) {
    Optional<Path> data = settings.data();
    try {
      return data.isPresent()
          ? BuiltInRegistry.in(data.get().resolve("registry"), settings.registryPort())
          : BuiltInRegistry.inMemory(settings.registryPort());
    } catch (IOException e) {
      throw portTaken(e)
          ? taken("schema registry", settings.registryPort(), "--registry-port", e)
          : new CommandFailedException(
              "schema registry: does not start (%s)".formatted(e.getMessage()), e);
    }
  }

  private static EngineStarter.RunningEngine startEngine(
      EngineStarter engine, EngineStarter.Surroundings surroundings) {
    try {
      return engine.start(surroundings);
    } catch (IllegalStateException e) {
      throw portTaken(e) ? taken("engine", surroundings.httpPort(), "--http-port", e) : e;
    }
  }

  /** A port that was free when it was looked at may be taken by now. */
  private static boolean portTaken(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static CommandFailedException taken(
      String part, int port, String option, Exception cause) {
    return new CommandFailedException(
        "%s port %d on 127.0.0.1: taken by another process; choose another with %s, or 0 for a free one"
            .formatted(part, port, option),
        cause);
  }

  /** New topics get the size asked for; those of an earlier start keep theirs. */
  private static void makeTopics(DevSettings settings, String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicAdmin topics = new TopicAdmin(admin);
      TopicPlan.Builder plan = TopicPlan.builder(settings.topics()).queues(settings.queues());
      boolean isNew =
          topics.check(plan.build()).stream()
              .filter(TopicDifference.Missing.class::isInstance)
              .anyMatch(missing -> missing.topic().equals(settings.topics().starts()));
      topics.apply(isNew ? plan.partitions(settings.partitions()).build() : plan.build());
    }
  }

  /** Where it can be reached. */
  public ConnectionFile connection() {
    return connection;
  }

  /** The server that commands in the folder find in place of this one, since it was there first. */
  public Optional<ConnectionFile> foundInstead() {
    return foundInstead;
  }

  /**
   * Waits until the engine has stopped: closed, or ended by a fault.
   *
   * @return whether it was a fault
   */
  public boolean awaitStopped() throws InterruptedException {
    return engine.awaitStopped();
  }

  /** Stops engine, registry and broker, in this order. The second call does nothing. */
  @Override
  public void close() {
    synchronized (parts) {
      if (parts.isEmpty()) {
        return;
      }
      parts.push(() -> connection.delete(folder));
      RuntimeException failure = closeAll(parts, null);
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Closes all, whatever one of them says. */
  private static @Nullable RuntimeException closeAll(
      Deque<AutoCloseable> parts, @Nullable Exception because) {
    RuntimeException failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (because != null) {
          because.addSuppressed(e);
        } else if (failure == null) {
          failure = new CommandFailedException("the dev server did not stop cleanly: " + e, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }
}
