package dev.millrace.orchestrator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.orchestrator.query.ScheduleQueries;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The HTTP server of an engine: bound at once, serving when started. Thread-safe. */
public final class EngineHttpServer implements AutoCloseable {
  private final HttpServer server;
  private volatile boolean started;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private EngineHttpServer(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
  }

  /**
   * Binds a server.
   *
   * @param port 0 for any free one
   * @throws IllegalStateException when the port is taken
   */
  public static EngineHttpServer bind(String host, int port) {
    try {
      return new EngineHttpServer(HttpServer.create(new InetSocketAddress(host, port), 0));
    } catch (IOException e) {
      throw new IllegalStateException(
          "HTTP cannot listen on %s:%d (%s); set http.host and http.port, 0 for any free port"
              .formatted(host, port, e.getMessage()),
          e);
    }
  }

  /** What it serves. */
  public void serve(WorkflowQueries queries) {
    server.createContext(WorkflowEndpoints.PATH, new WorkflowEndpoints(queries));
    server.createContext(
        ScheduleEndpoints.PATH, new ScheduleEndpoints(queries, new ScheduleQueries(queries)));
    server.createContext("/", EngineHttpServer::notFound);
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

  private static void notFound(HttpExchange exchange) throws IOException {
    JsonResponse.error(
            404, "no such page; there are /workflows and /schedules, each with /{id} too")
        .send(exchange);
  }
}
