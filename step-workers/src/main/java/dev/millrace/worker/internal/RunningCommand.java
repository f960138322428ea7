package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose handler runs: what it was told of its cancellation, and which signs of life are
 * still to be given. Thread-safe.
 */
final class RunningCommand {
  private static final Logger LOG = LoggerFactory.getLogger(RunningCommand.class);

  /** So many signs are given before the engine would miss one. */
  private static final int SIGNS = 3;

  private final StepCommand command;
  private final Thread thread;
  private final Consumer<@Nullable Payload> signs;
  private final List<Runnable> onCancel = new ArrayList<>(0);

  /** A lock and no monitor, in which a virtual thread that waits would hold its carrier. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile boolean isCancelled;
  private boolean hasEnded;
  private long lastSignNanos;
  private @Nullable Payload progress;

  /**
   * A command that is about to run in this thread.
   *
   * @param signs sends a sign of life with the progress, if there is any
   */
  RunningCommand(StepCommand command, Consumer<@Nullable Payload> signs, long nowNanos) {
    this.command = command;
    this.thread = Thread.currentThread();
    this.signs = signs;
    this.lastSignNanos = nowNanos;
  }

  boolean isCancelled() {
    return isCancelled;
  }

  /** Has something done when the command is cancelled, at once if it was. */
  void onCancel(Runnable action) {
    lock.lock();
    try {
      if (!isCancelled) {
        onCancel.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    run(action);
  }

  /** Whether this attempt is, or is among, those that were cancelled. */
  boolean isOf(String workflowId, CancelledAttempt cancelled) {
    boolean isOfBranch = cancelled.getBranch() < 0 || cancelled.getBranch() == command.getBranch();
    return command.getWorkflowId().equals(workflowId)
        && command.getStep().equals(cancelled.getStep())
        && isOfBranch
        && command.getAttempt() <= cancelled.getAttempt();
  }

  /** Tells the handler that its result is not waited for: by its token, and by an interrupt. */
  void cancel() {
    List<Runnable> actions;
    lock.lock();
    try {
      if (isCancelled || hasEnded) {
        return;
      }
      isCancelled = true;
      actions = List.copyOf(onCancel);
      thread.interrupt();
    } finally {
      lock.unlock();
    }
    actions.forEach(this::run);
  }

  private void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // what it is, it is not the reader's of cancellations
      LOG.warn(
          "what step '{}' of workflow '{}' does when it is cancelled has failed",
          command.getStep(),
          command.getWorkflowId(),
          e);
    }
  }

  /**
   * Gives a sign, with progress if there is some: now, or where they come too fast, later. None
   * once the handler has returned: it could come after the completion.
   *
   * @param leastNanos least time between two signs
   */
  void progress(@Nullable Payload news, long nowNanos, long leastNanos) {
    lock.lock();
    try {
      if (hasEnded) {
        return;
      }
      if (news != null) {
        progress = news;
      }
      if (nowNanos - lastSignNanos >= leastNanos) {
        sign(nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives the sign that is due: with progress that waits, or because the engine asks for one. */
  void signIfDue(long nowNanos, long leastNanos) {
    lock.lock();
    try {
      long askedNanos = command.getHeartbeatMs() * 1_000_000 / SIGNS;
      long sinceNanos = nowNanos - lastSignNanos;
      boolean isAsked = askedNanos > 0 && sinceNanos >= askedNanos;
      if (!hasEnded
          && !isCancelled
          && (isAsked || (progress != null && sinceNanos >= leastNanos))) {
        sign(nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sends progress that waits, for the next attempt to go on from. */
  void flush() {
    lock.lock();
    try {
      if (progress != null) {
        sign(lastSignNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void sign(long nowNanos) {
    signs.accept(progress);
    progress = null;
    lastSignNanos = nowNanos;
  }

  /**
   * The handler has returned; from here on it is not interrupted. What interrupts it has had is
   * over.
   */
  void end() {
    lock.lock();
    try {
      hasEnded = true;
      Thread.interrupted();
    } finally {
      lock.unlock();
    }
  }
}
