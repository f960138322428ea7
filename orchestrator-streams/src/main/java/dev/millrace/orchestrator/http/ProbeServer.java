package dev.millrace.orchestrator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.orchestrator.health.Health;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The HTTP server of a process: its probes, meters and version, and what else is added. Bound at
 * once, serving when started. Thread-safe.
 */
public final class ProbeServer implements AutoCloseable {
  private final HttpServer server;
  private final SortedSet<String> paths = new ConcurrentSkipListSet<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean started;

  private ProbeServer(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::notFound);
  }

  /**
   * Binds a server.
   *
   * @param port 0 for any free one
   * @throws IllegalStateException when the port is taken
   */
  public static ProbeServer bind(String host, int port) {
    try {
      return new ProbeServer(HttpServer.create(new InetSocketAddress(host, port), 0));
    } catch (IOException e) {
      throw new IllegalStateException(
          "HTTP cannot listen on %s:%d (%s); set http.host and http.port, 0 for any free port"
              .formatted(host, port, e.getMessage()),
          e);
    }
  }

  /** Serves {@code /livez}, {@code /readyz}, {@code /startupz} and {@code /version}. */
  public void serveHealth(Health health, String version) {
    serve("/livez", new ProbeEndpoint(health, Health::isLive));
    serve("/readyz", new ProbeEndpoint(health, Health::isReady));
    serve("/startupz", new ProbeEndpoint(health, Health::hasStarted));
    serve(
        "/version",
        exchange ->
            JsonResponse.ok(
                    Map.of("version", version, "java", System.getProperty("java.version", "")))
                .send(exchange));
  }

  /**
   * Serves {@code /metrics}.
   *
   * @param scrape the meters in Prometheus' text format
   */
  public void serveMetrics(Supplier<String> scrape) {
    serve("/metrics", new MetricsEndpoint(scrape));
  }

  /** Serves a path and what is below it. */
  void serve(String path, HttpHandler handler) {
    paths.add(path);
    server.createContext(path, handler);
  }

  public void start() {
    started = true;
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    if (!started) {
      server.start(); // one that never ran does not let go of its port
    }
    server.stop(0);
    threads.close();
  }

  private void notFound(HttpExchange exchange) throws IOException {
    JsonResponse.error(404, "no such page; there are " + String.join(", ", new TreeSet<>(paths)))
        .send(exchange);
  }
}
