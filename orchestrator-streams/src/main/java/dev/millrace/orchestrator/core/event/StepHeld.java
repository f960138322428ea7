package dev.millrace.orchestrator.core.event;

import java.util.Locale;

/**
 * A step may start and is held.
 *
 * @param step the step
 * @param reason why
 * @param untilMs until when, in epoch milliseconds; 0 means until something else makes room
 */
public record StepHeld(int step, Reason reason, long untilMs) implements Event {
  /** Why a step is held. */
  public enum Reason {
    /** As many steps of the workflow are open as its definition allows. */
    MAX_PARALLEL,
    /** Its delivery window is closed. */
    WINDOW,
    /** The workflow is paused. */
    PAUSED,
    /** As many attempts are open at its queue as may be, or other steps are before it. */
    QUEUE,
    /** Its queue is paused, or its step type there. */
    QUEUE_PAUSED,
    /**
     * As many commands were sent in the last time as may be, by a rate that an operator has set.
     */
    RATE,
    /** As many attempts are open in all engines as may be, by a limit that an operator has set. */
    CONCURRENCY,
    /** Too many attempts have failed of late. */
    BREAKER;

    /** As it is written in events and reports, such as {@code queue-paused}. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the step is held for its queue, and goes on when it is its turn there. */
    public boolean isAtGate() {
      return switch (this) {
        case QUEUE, QUEUE_PAUSED, RATE, CONCURRENCY, BREAKER -> true;
        case MAX_PARALLEL, WINDOW, PAUSED -> false;
      };
    }
  }
}
