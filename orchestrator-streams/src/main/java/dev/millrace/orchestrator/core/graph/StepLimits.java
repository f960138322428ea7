package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.WorkflowView;

/**
 * How long the attempts of a step may take, in milliseconds; 0 means that there is no such limit.
 *
 * @param startToCloseMs from the dispatch of an attempt to its completion
 * @param scheduleToStartMs from the dispatch of an attempt to the first sign of a worker
 * @param scheduleToCloseMs from the dispatch of the first attempt to the end of the step
 * @param heartbeatMs from one sign of the worker to the next
 */
public record StepLimits(
    long startToCloseMs, long scheduleToStartMs, long scheduleToCloseMs, long heartbeatMs) {

  /** Whether there is more than one deadline to keep for a step. */
  public boolean needClocks() {
    return scheduleToStartMs > 0 || scheduleToCloseMs > 0 || heartbeatMs > 0;
  }

  /** Within how many milliseconds a sign of a worker is wanted; 0 for none. */
  public long signMs() {
    return heartbeatMs > 0 ? heartbeatMs : scheduleToStartMs;
  }

  /** An attempt is dispatched. */
  public Clocks dispatched(Clocks former, long nowMs) {
    return new Clocks(
        Clocks.after(nowMs, scheduleToStartMs),
        Clocks.after(nowMs, startToCloseMs),
        former.overallByMs() == WorkflowView.NO_DEADLINE
            ? Clocks.after(nowMs, scheduleToCloseMs)
            : former.overallByMs(),
        WorkflowView.NO_DEADLINE);
  }

  /** Its worker gives a sign. */
  public Clocks heard(Clocks former, long nowMs) {
    return new Clocks(
        WorkflowView.NO_DEADLINE,
        former.closeByMs(),
        former.overallByMs(),
        Clocks.after(nowMs, heartbeatMs));
  }
}
