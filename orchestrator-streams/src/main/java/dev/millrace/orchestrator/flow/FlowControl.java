package dev.millrace.orchestrator.flow;

import java.util.function.BooleanSupplier;

/**
 * What the stream tasks of an engine share about the flow to the queues.
 *
 * @param windows how much may be under way
 * @param report where the tasks say how things stand
 * @param limits what operators have set
 * @param startsAreLeft whether starts are left in Kafka now
 */
public record FlowControl(
    QueueWindows windows, QueueReport report, QueueLimits limits, BooleanSupplier startsAreLeft) {
  /** With nothing set by operators yet, of an engine that takes all starts. */
  public FlowControl(QueueWindows windows, QueueReport report) {
    this(windows, report, new QueueLimits(), () -> false);
  }
}
