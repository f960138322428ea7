package dev.millrace.kafka;

import java.net.BindException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker inside this JVM: one node, KRaft, reachable on 127.0.0.1 only and without
 * authentication. For development and tests; it has one replica of everything, and what it
 * acknowledges is in the operating system's page cache: it outlives the process, not the machine
 * (unless {@code log.flush.interval.messages=1} is set).
 *
 * <p>A broker that meets a fatal fault of its own ends the whole JVM, as Kafka does everywhere.
 * Several brokers may run in one JVM. Thread-safe.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

  /** Starts with a free port that are tried when somebody else takes it in between. */
  private static final int PORT_ATTEMPTS = 3;

  private final DataDirectory data;
  private final KafkaRaftServer server;
  private final int port;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedKafka(DataDirectory data, KafkaRaftServer server, int port) {
    this.data = data;
    this.server = server;
    this.port = port;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** What clients connect to: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return BrokerSettings.HOST + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Where topics and metadata are kept. */
  public Path dataDirectory() {
    return data.root();
  }

  /**
   * Stops the broker, waits until it has stopped, and deletes a temporary data folder. The second
   * call does nothing.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try (data) {
        server.shutdown();
        server.awaitShutdown();
      }
      LOG.debug("broker on port {} stopped", port);
    }
  }

  /** What the broker is to be; each value has a default. Not thread-safe. */
  public static final class Builder {
    private @Nullable Path dataDirectory;
    private int brokerPort;
    private int controllerPort;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Where topics are kept, over restarts. Created if absent. The default is a temporary folder.
     */
    public Builder dataDirectory(Path folder) {
      this.dataDirectory = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Keeps topics in a folder of its own that {@link EmbeddedKafka#close} deletes: the default.
     */
    public Builder temporary() {
      this.dataDirectory = null;
      return this;
    }

    /** Port for clients; 0, the default, takes a free one. */
    public Builder brokerPort(int port) {
      this.brokerPort = checkPort("brokerPort", port);
      return this;
    }

    /** Port that the broker talks to its own controller on; 0, the default, takes a free one. */
    public Builder controllerPort(int port) {
      this.controllerPort = checkPort("controllerPort", port);
      return this;
    }

    /**
     * Any other broker setting of Kafka's, such as {@code log.flush.interval.messages}.
     *
     * @throws IllegalArgumentException when it follows from the folder or the ports
     */
    public Builder setting(String name, String value) {
      BrokerSettings.checkFree(name);
      settings.put(name, Objects.requireNonNull(value, name));
      return this;
    }

    /**
     * Starts a broker and returns when it takes requests, after some seconds.
     *
     * @throws BrokerStartException when a port is taken, the folder is in use or cannot be written,
     *     or Kafka refuses a setting
     */
    public EmbeddedKafka start() {
      Ports ports = Ports.choose(brokerPort, controllerPort);
      DataDirectory data = DataDirectory.open(dataDirectory, BrokerSettings.CONTROLLER_LISTENER);
      for (int attempt = 1; ; attempt++) {
        try {
          return start(data, ports);
        } catch (BrokerStartException e) {
          boolean portLost = e.getCause() != null && isBindFailure(e.getCause());
          if (attempt == PORT_ATTEMPTS || !portLost) {
            data.close();
            throw e;
          }
          LOG.debug("{} was taken between choosing and binding; trying again", ports, e);
        }
        try {
          ports = Ports.choose(brokerPort, controllerPort);
        } catch (BrokerStartException e) {
          data.close();
          throw e;
        }
      }
    }

    private EmbeddedKafka start(DataDirectory data, Ports ports) {
      KafkaRaftServer server;
      try {
        Map<String, String> all =
            BrokerSettings.of(data, ports.broker(), ports.controller(), settings);
        server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
      } catch (RuntimeException e) {
        throw new BrokerStartException(
            "broker in %s: refused its settings: %s".formatted(data.root(), e.getMessage()), e);
      }
      try {
        server.startup();
      } catch (RuntimeException e) {
        server.shutdown();
        throw new BrokerStartException(
            "broker in %s: did not start on %s: %s".formatted(data.root(), ports, e.getMessage()),
            e);
      }
      LOG.debug("broker on port {} started in {}", ports.broker(), data.root());
      return new EmbeddedKafka(data, server, ports.broker());
    }

    private static boolean isBindFailure(Throwable thrown) {
      for (Throwable t = thrown; t != null; t = t.getCause()) {
        if (t instanceof BindException) {
          return true;
        }
      }
      return false;
    }

    private static int checkPort(String name, int port) {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException(
            "%s %d: must be 0 (a free one) to 65535".formatted(name, port));
      }
      return port;
    }
  }
}
