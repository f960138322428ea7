package dev.millrace.cli.worker;

import dev.millrace.cli.BuildVersion;
import dev.millrace.orchestrator.http.ProbeServer;
import dev.millrace.orchestrator.metrics.ProcessMeters;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;

/** The HTTP face of a worker's process: probes from its start on, and its meters. Thread-safe. */
final class WorkerHttp implements AutoCloseable {
  private final ProbeServer server;
  private final ProcessMeters meters = new ProcessMeters();
  private final WorkerHealth health = new WorkerHealth();

  private WorkerHttp(ProbeServer server) {
    this.server = server;
  }

  /**
   * Serves at an address.
   *
   * @param port 0 for any free one
   * @throws IllegalStateException when the port is taken
   */
  static WorkerHttp serve(String host, int port) {
    WorkerHttp http = new WorkerHttp(ProbeServer.bind(host, port));
    http.server.serveHealth(http.health, BuildVersion.number());
    http.server.serveMetrics(http.meters::scrape);
    http.server.start();
    return http;
  }

  /** Has a worker keep its meters here. */
  void meter(WorkerBuilder worker) {
    worker.meters(meters.registry());
  }

  /** The worker has started. */
  void started(Worker worker) {
    health.started(worker);
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
    meters.close();
  }
}
