package dev.millrace.orchestrator.http;

import dev.millrace.orchestrator.flow.Backlog;
import dev.millrace.orchestrator.health.Health;
import dev.millrace.orchestrator.intake.Closure;
import dev.millrace.orchestrator.query.ScheduleQueries;
import dev.millrace.orchestrator.query.WaitQueries;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of an engine: bound at once, answering probes when started, and questions about
 * workflows from when it is told whom to ask. Thread-safe.
 */
public final class EngineHttpServer implements AutoCloseable {
  private final ProbeServer server;

  private EngineHttpServer(ProbeServer server) {
    this.server = server;
  }

  /**
   * Binds a server.
   *
   * @param port 0 for any free one
   * @throws IllegalStateException when the port is taken
   */
  public static EngineHttpServer bind(String host, int port) {
    return new EngineHttpServer(ProbeServer.bind(host, port));
  }

  /**
   * Starts with probes alone, and the meters.
   *
   * @param scrape the meters in Prometheus' text format; null when there are none in it
   */
  public void start(Health health, String version, @Nullable Supplier<String> scrape) {
    server.serveHealth(health, version);
    if (scrape != null) {
      server.serveMetrics(scrape);
    }
    server.start();
  }

  /**
   * What it serves beyond.
   *
   * @param closures why starts wait in Kafka now
   */
  public void serve(WorkflowQueries queries, Backlog backlog, Supplier<List<Closure>> closures) {
    WaitQueries waits = new WaitQueries(queries, backlog::state, InstantSource.system());
    server.serve(WorkflowEndpoints.PATH, new WorkflowEndpoints(queries, waits));
    server.serve(
        ScheduleEndpoints.PATH, new ScheduleEndpoints(queries, new ScheduleQueries(queries)));
    server.serve(BacklogEndpoint.PATH, new BacklogEndpoint(queries, backlog, closures));
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}
