package dev.millrace.cli.worker;

import dev.millrace.orchestrator.health.Health;
import dev.millrace.worker.Worker;
import org.jspecify.annotations.Nullable;

/** How the worker of this process is; one that warms up lives. Thread-safe. */
final class WorkerHealth implements Health {
  private volatile @Nullable Worker worker;

  /** The worker has started. */
  void started(Worker started) {
    worker = started;
  }

  /** A worker that cannot go on ends its process; there is nothing to be seen from outside. */
  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public boolean hasStarted() {
    return worker != null;
  }

  @Override
  public boolean isReady() {
    Worker started = worker;
    return started != null && started.isRunning();
  }

  @Override
  public String state() {
    if (!hasStarted()) {
      return "STARTING";
    }
    return isReady() ? "RUNNING" : "STOPPING";
  }
}
