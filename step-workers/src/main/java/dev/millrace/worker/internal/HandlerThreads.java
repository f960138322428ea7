package dev.millrace.worker.internal;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Where handlers run, and how time passes for them. Thread-safe.
 *
 * @param executor runs each command, together with what is sent of it
 * @param nanos as {@link System#nanoTime()}
 */
record HandlerThreads(Executor executor, LongSupplier nanos) {
  /** A virtual thread for each command. */
  static HandlerThreads virtual() {
    Thread.Builder threads =
        Thread.ofVirtual().name("millrace-step").inheritInheritableThreadLocals(false);
    return new HandlerThreads(threads::start, System::nanoTime);
  }

  /** One command after the other, in the thread that brings it. */
  static HandlerThreads calling(LongSupplier nanos) {
    return new HandlerThreads(Runnable::run, nanos);
  }

  void start(Runnable command) {
    executor.execute(command);
  }

  long nanoTime() {
    return nanos.getAsLong();
  }
}
