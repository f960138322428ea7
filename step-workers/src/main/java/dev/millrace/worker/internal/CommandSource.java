package dev.millrace.worker.internal;

import java.time.Duration;

/** Where a worker's commands come from, and where it says which of them are finished. */
interface CommandSource {
  /**
   * Starts commands while slots are free until the worker is to stop; then lets what is running
   * finish, within its time.
   */
  void run();

  /**
   * Closes the connection. Called by the thread that ran {@link #run}, once that has returned.
   *
   * @param timeout for leaving the group
   */
  void close(Duration timeout);
}
