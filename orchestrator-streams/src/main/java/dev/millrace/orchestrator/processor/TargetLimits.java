package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.flow.Permits;
import dev.millrace.orchestrator.flow.QueueBreaker;
import dev.millrace.orchestrator.flow.QueueLimits;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueTarget;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has set for a queue, or for a step type of it, as one stream task keeps to it.
 * Belongs to the task.
 */
final class TargetLimits {
  private final QueueLimits limits;
  private final QueueTarget target;
  private final int task;
  private final LongSupplier clock;
  private boolean isPaused;
  private @Nullable QueueBreaker breaker;
  private @Nullable Permits openPermits;
  private @Nullable Permits ratePermits;
  private int open;

  /** Why the last step that asked had to wait; null if it had not to. */
  private StepHeld.@Nullable Reason last;

  /**
   * What is set now.
   *
   * @param clock tells the time of the task
   * @param open attempts that are open
   */
  TargetLimits(QueueLimits limits, QueueTarget target, int task, LongSupplier clock, int open) {
    this.limits = limits;
    this.target = target;
    this.task = task;
    this.clock = clock;
    this.open = open;
    refresh(limits.settings(target));
  }

  /** Something may be set that was not before; what goes on being so keeps what it has counted. */
  void refresh(QueueSettings settings) {
    isPaused = settings.pause() != null;
    last = null;
    Breaker wanted = settings.breaker();
    if (wanted == null) {
      breaker = null;
    } else if (breaker == null || !breaker.settings().equals(wanted)) {
      breaker = new QueueBreaker(wanted);
    }
    ratePermits = limits.rate(target);
    openPermits = limits.open(target);
    if (openPermits != null) {
      openPermits.open(task, open);
    }
  }

  /**
   * Why a step has to wait; null when it may go, and then the permits for it are in hand. While it
   * waits for permits of one kind it keeps those that are asked for before, never those that are
   * asked for afterwards, so that tasks cannot wait for each other.
   */
  StepHeld.@Nullable Reason hindrance() {
    last = reason();
    if (last == StepHeld.Reason.CONCURRENCY) {
      giveBack(ratePermits);
    } else if (last != null && last != StepHeld.Reason.RATE) {
      giveBack();
    }
    return last;
  }

  /** Something else keeps steps from going: permits in hand are for others. */
  void giveBack() {
    giveBack(openPermits);
    giveBack(ratePermits);
  }

  private void giveBack(@Nullable Permits permits) {
    if (permits != null) {
      permits.giveBack(task);
    }
  }

  /** Whether the last step that asked waits for permits, which come by themselves. */
  boolean awaitsPermits() {
    return last == StepHeld.Reason.CONCURRENCY || last == StepHeld.Reason.RATE;
  }

  private StepHeld.@Nullable Reason reason() {
    if (isPaused) {
      return StepHeld.Reason.QUEUE_PAUSED;
    }
    long nowMs = clock.getAsLong();
    if (breaker != null && breaker.holds(open, nowMs)) {
      return StepHeld.Reason.BREAKER;
    }
    if (openPermits != null && !openPermits.take(task, nowMs)) {
      return StepHeld.Reason.CONCURRENCY;
    }
    return ratePermits == null || ratePermits.take(task, nowMs) ? null : StepHeld.Reason.RATE;
  }

  /** Why the last step that asked had to wait; null if it had not to. */
  StepHeld.@Nullable Reason last() {
    return isPaused ? StepHeld.Reason.QUEUE_PAUSED : last;
  }

  /** More or fewer attempts are open. */
  void opened(int more) {
    open = Math.max(0, open + more);
    if (breaker != null && more < 0) {
      breaker.closed(-more);
    }
    if (openPermits != null) {
      openPermits.open(task, open);
    }
  }

  /** A command is sent. */
  void sent() {
    if (breaker != null) {
      breaker.sent();
    }
    if (openPermits != null) {
      openPermits.sent(task);
    }
    if (ratePermits != null) {
      ratePermits.sent(task);
    }
  }

  /** An attempt has succeeded or failed. */
  void ended(boolean isFailed) {
    if (breaker != null) {
      breaker.ended(isFailed, clock.getAsLong());
    }
  }

  /** To be called at each tick. */
  void look(boolean waits) {
    if (!waits) {
      last = null;
    }
    if (openPermits != null) {
      openPermits.look(task, waits, clock.getAsLong());
    }
    if (ratePermits != null) {
      ratePermits.look(task, waits, clock.getAsLong());
    }
  }

  boolean isPaused() {
    return isPaused;
  }

  /** Whether a breaker holds back commands. */
  boolean isBreakerOpen() {
    return breaker != null && breaker.isOpen();
  }
}
