package dev.millrace.worker;

/**
 * A worker that stopped by itself because it could not go on, with the reason as its cause. What it
 * had not reported runs again, in another worker or after a restart.
 */
public final class WorkerStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WorkerStoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
