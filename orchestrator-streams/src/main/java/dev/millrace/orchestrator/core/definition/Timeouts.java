package dev.millrace.orchestrator.core.definition;

import java.time.Duration;

/**
 * How long a step may take; zero means that there is no such limit.
 *
 * @param startToClose from the dispatch of an attempt to its completion
 * @param scheduleToStart from the dispatch of an attempt to the first sign of a worker that it runs
 * @param scheduleToClose from the dispatch of the first attempt to the end of the step, retries and
 *     the waits between them included
 * @param heartbeat from one sign of the worker to the next
 */
public record Timeouts(
    Duration startToClose, Duration scheduleToStart, Duration scheduleToClose, Duration heartbeat) {
  public static final Timeouts NONE = startToClose(Duration.ZERO);

  /** The limit of an attempt, and no other. */
  public static Timeouts startToClose(Duration startToClose) {
    return new Timeouts(startToClose, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }
}
