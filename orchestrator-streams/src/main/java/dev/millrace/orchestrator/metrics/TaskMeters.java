package dev.millrace.orchestrator.metrics;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ChunkOpened;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times what one stream task does. Made for the hot path: meters are found once a
 * definition, and times are kept as numbers. Belongs to one stream task.
 */
public final class TaskMeters {
  /** Definitions whose meters are at hand; when there are more, all are found again. */
  private static final int DEFINITIONS_MAX = 256;

  /** Of one of so many completions the resolution and the hop are timed. */
  private static final int SAMPLED = 8;

  private final EngineMetrics metrics;
  private final AttemptListener listener;
  private final OpenAttempts open = new OpenAttempts();
  private final IdentityHashMap<CompiledDefinition, DefinitionMeters> known =
      new IdentityHashMap<>();
  private @Nullable CompiledDefinition last;
  private @Nullable DefinitionMeters ofLast;

  private int completions;
  private long readNanos;

  /** What the completion says that is being applied, in epoch milliseconds; 0 for nothing. */
  private long handlerStartedMs;

  private long handlerEndedMs;

  TaskMeters(EngineMetrics metrics, AttemptListener listener) {
    this.metrics = metrics;
    this.listener = listener;
  }

  /** An input was read; nothing is known of it yet. */
  public void read() {
    handlerStartedMs = 0;
    handlerEndedMs = 0;
    readNanos = 0;
  }

  /** The input is a completion, which is about to be decoded. */
  public void readCompletion() {
    if (completions++ % SAMPLED == 0) {
      readNanos = System.nanoTime();
    }
  }

  /**
   * When the handler ran whose completion is being applied, by the clock of its worker.
   *
   * @param startedMs epoch milliseconds; 0 when the worker does not say
   * @param endedMs the same of its end
   */
  public void ran(long startedMs, long endedMs) {
    handlerStartedMs = startedMs;
    handlerEndedMs = endedMs;
  }

  /** The commands and events of the completion have been sent. */
  public void sent() {
    if (readNanos != 0) {
      metrics.resolution().record(System.nanoTime() - readNanos, TimeUnit.NANOSECONDS);
      readNanos = 0;
    }
  }

  /**
   * Events were decided and sent.
   *
   * @param recordId what the workflow or chunk of branches is kept under
   * @param definition the one that the first of them is told by
   * @param startedAtMs when the workflow began
   */
  public void decided(
      String recordId,
      CompiledDefinition definition,
      List<Event> events,
      long startedAtMs,
      long nowMs) {
    metrics.events().increment(events.size());
    DefinitionMeters meters = of(definition);
    for (Event event : events) {
      switch (event) {
        case StepDispatched dispatched -> {
          meters.step(dispatched.step()).dispatched().increment();
          long key = key(recordId, meters, dispatched.step(), dispatched.attempt());
          open.put(key, nowMs, Math.min(handlerEndedMs, nowMs));
        }
        case StepSucceeded succeeded -> {
          meters.step(succeeded.step()).succeeded().increment();
          time(meters, recordId, succeeded.step(), succeeded.attempt(), nowMs);
        }
        case StepRepeated repeated ->
            time(meters, recordId, repeated.step(), repeated.attempt(), nowMs);
        case AttemptFailed failed -> {
          meters.step(failed.step()).retried().increment();
          metrics.failed(failed.failure());
          time(meters, recordId, failed.step(), failed.attempt(), nowMs);
        }
        case StepFailed failed -> {
          meters.step(failed.step()).failed().increment();
          metrics.failed(failed.failure());
          time(meters, recordId, failed.step(), failed.attempt(), nowMs);
        }
        case AttemptHeard heard -> metrics.heartbeats().increment();
        case WorkflowStarted started -> meters.started().increment();
        case WorkflowMigrated migrated -> meters = of(migrated.target());
        case WorkflowEnded ended -> ended(meters, ended, nowMs - startedAtMs);
        case BranchesOpened ignored -> {}
        case BranchesReported ignored -> {}
        case ChunkOpened ignored -> {}
        case ControlRefused ignored -> {}
        case MigrationTried ignored -> {}
        case PriorityChanged ignored -> {}
        case SignalReceived ignored -> {}
        case StepHeld ignored -> {}
        case StepSkipped ignored -> {}
        case StepSuspended ignored -> {}
        case StepsReset ignored -> {}
        case WorkflowEnding ignored -> {}
        case WorkflowPaused ignored -> {}
        case WorkflowResumed ignored -> {}
      }
    }
  }

  private void ended(DefinitionMeters meters, WorkflowEnded ended, long tookMs) {
    meters.time(ended.outcome().status()).record(tookMs, TimeUnit.MILLISECONDS);
    Failure failure = ended.outcome().failure();
    if (failure != null && failure.type().equals(Failure.WORKFLOW_TIMEOUT)) {
      metrics.timedOut(failure.type());
    }
  }

  /** By the id of the step, whose place another version of the definition may change. */
  private static long key(String recordId, DefinitionMeters meters, int step, int attempt) {
    CompiledDefinition definition = meters.definition();
    int place = definition.isOfBranches() ? step : definition.step(step).id().hashCode();
    return OpenAttempts.key(recordId, place, attempt);
  }

  /** Times an attempt that is over, if it is one that was dispatched since this task began. */
  private void time(DefinitionMeters meters, String recordId, int step, int attempt, long nowMs) {
    if (!open.take(key(recordId, meters, step, attempt))) {
      return;
    }
    long dispatchedMs = open.dispatchedMs();
    meters.step(step).stepTime().record(nowMs - dispatchedMs, TimeUnit.MILLISECONDS);
    if (handlerStartedMs > 0) {
      // Clocks differ: no handler starts before its command is sent or after its completion is
      // read.
      long startedMs = Math.clamp(handlerStartedMs, dispatchedMs, Math.max(dispatchedMs, nowMs));
      meters.step(step).queueTime().record(startedMs - dispatchedMs, TimeUnit.MILLISECONDS);
      if (handlerEndedMs >= handlerStartedMs) {
        listener.ended(meters.queue(step), nowMs - dispatchedMs, handlerEndedMs - handlerStartedMs);
      }
      if (readNanos != 0 && open.causedMs() > 0) {
        long mostMs = Math.max(0, nowMs - open.causedMs());
        long hopMs = Math.clamp(handlerStartedMs - open.causedMs(), 0, mostMs);
        metrics.hop().record(hopMs, TimeUnit.MILLISECONDS);
      }
    }
  }

  private DefinitionMeters of(CompiledDefinition definition) {
    DefinitionMeters meters = definition == last ? ofLast : known.get(definition);
    if (meters == null) {
      if (known.size() >= DEFINITIONS_MAX) {
        known.clear();
      }
      meters = new DefinitionMeters(metrics, definition);
      known.put(definition, meters);
    }
    last = definition;
    ofLast = meters;
    return meters;
  }
}
