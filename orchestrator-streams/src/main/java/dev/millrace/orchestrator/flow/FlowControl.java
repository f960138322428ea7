package dev.millrace.orchestrator.flow;

/**
 * What the stream tasks of an engine share about the flow to the queues.
 *
 * @param windows how much may be under way
 * @param report where the tasks say how things stand
 * @param limits what operators have set
 */
public record FlowControl(QueueWindows windows, QueueReport report, QueueLimits limits) {
  /** With nothing set by operators yet. */
  public FlowControl(QueueWindows windows, QueueReport report) {
    this(windows, report, new QueueLimits());
  }
}
