package dev.millrace.worker.internal;

import dev.millrace.worker.Worker;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a worker was built with, for the test kit, without a method that all users see. */
public final class WorkerAccess {
  private static volatile @Nullable Function<Worker, WorkerSettings> settings;

  private WorkerAccess() {}

  /** Called once, by the class of workers. */
  public static void grant(Function<Worker, WorkerSettings> access) {
    settings = access;
  }

  static WorkerSettings settings(Worker worker) {
    Function<Worker, WorkerSettings> access = settings;
    if (access == null) {
      throw new IllegalStateException("a worker exists whose class is not initialized");
    }
    return access.apply(worker);
  }
}
