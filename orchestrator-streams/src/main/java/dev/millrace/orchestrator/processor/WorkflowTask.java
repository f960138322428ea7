package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.OutputEncoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowIds;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.store.ParkedStart;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processor within one task: one partition of the input topics and its workflows. */
final class WorkflowTask {
  /** Most timers fired in one tick; the rest follow in the next. */
  private static final int TIMERS_PER_TICK = 1_000;

  /** How soon a timer is tried again whose workflow's definition is not to be had. */
  private static final long LOST_DEFINITION_RETRY_MS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(WorkflowTask.class);

  private final ProcessorContext<byte[], Outgoing> context;
  private final Map<String, InputSource> sourceByTopic;
  private final InputDecoder decoder;
  private final EngineMetrics metrics;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;
  private final Transitions transitions;
  private final DeadLetters deadLetters;
  private final Starts starts;
  private final long retentionMs;

  WorkflowTask(
      ProcessorContext<byte[], Outgoing> context,
      WorkflowProcessor.Settings settings,
      InputDecoder decoder,
      OutputEncoder encoder,
      Definitions definitions,
      QueueDirectory queues,
      EngineMetrics metrics) {
    Topics topics = settings.topics();
    this.context = context;
    this.sourceByTopic =
        Map.of(
            topics.starts(), InputSource.START,
            topics.controls(), InputSource.CONTROL,
            topics.completions(), InputSource.COMPLETION);
    this.decoder = decoder;
    this.metrics = metrics;
    this.retentionMs = settings.retention().toMillis();
    this.store = new WorkflowStore(context.getStateStore(settings.storeName()));
    this.pinned = new PinnedDefinitions(definitions, decoder, store);
    this.transitions = new Transitions(context, topics, encoder, store, retentionMs);
    this.deadLetters = new DeadLetters(context, topics, metrics);
    this.starts =
        new Starts(
            context,
            settings,
            decoder,
            encoder,
            definitions,
            queues,
            store,
            transitions,
            deadLetters);
  }

  void process(Record<byte[], byte[]> record) {
    RecordMetadata metadata = context.recordMetadata().orElseThrow();
    InputSource source = sourceByTopic.get(metadata.topic());
    if (source == null) {
      throw new IllegalStateException("no input topic: " + metadata.topic());
    }
    Cause cause = new Cause(source, metadata.offset(), record.headers());
    try {
      String workflowId = WorkflowIds.decode(record.key());
      Decision.@Nullable Refused refused =
          switch (source) {
            case START -> starts.start(workflowId, record, cause);
            case CONTROL ->
                change(workflowId, decoder.control(record.value(), record.headers()), cause);
            case COMPLETION ->
                change(workflowId, decoder.completion(record.value(), record.headers()), cause);
          };
      if (refused != null && refused.reason().isExpected()) {
        metrics.refused(refused.reason().code());
      } else if (refused != null) {
        deadLetters.send(record, metadata, refused.reason().code(), refused.message());
      }
    } catch (MalformedRecordException e) {
      deadLetters.send(record, metadata, "malformed", String.valueOf(e.getMessage()));
    }
  }

  void fireTimers() {
    long nowMs = context.currentSystemTimeMs();
    for (WorkflowStore.Timer timer : store.dueTimers(nowMs, TIMERS_PER_TICK)) {
      PackedWorkflow workflow = store.load(timer.workflowId());
      ParkedStart parked = workflow == null ? store.parked(timer.workflowId()) : null;
      if (workflow != null && workflow.armedTimerMs() == timer.dueMs()) {
        fire(timer.workflowId(), workflow, nowMs);
      } else if (parked != null && parked.armedTimerMs() == timer.dueMs()) {
        starts.retry(timer.workflowId(), parked, nowMs);
      } else {
        store.deleteOrphan(timer);
      }
    }
  }

  private Decision.@Nullable Refused change(String workflowId, Input input, Cause cause) {
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null) {
      return new Decision.Refused(
          Refusal.UNKNOWN_WORKFLOW, "no workflow '%s' is known".formatted(workflowId));
    }
    InputSource source = cause.source();
    if (source != null && cause.offset() <= workflow.appliedOffset(source)) {
      store.putAgain(workflowId, workflow);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    if (workflow.status().hasEnded()) {
      return new Decision.Refused(Refusal.WORKFLOW_ENDED, "the workflow has ended");
    }
    return switch (pinned.await(workflowId, workflow)) {
      case PinnedDefinitions.Found found ->
          transitions.apply(workflowId, found.definition(), workflow, input, cause);
      case PinnedDefinitions.Lost lost -> lost.refusal();
    };
  }

  private void fire(String workflowId, PackedWorkflow workflow, long nowMs) {
    if (!workflow.status().hasEnded()) {
      switch (pinned.find(workflowId, workflow)) {
        case PinnedDefinitions.Found found ->
            transitions.apply(
                workflowId, found.definition(), workflow, new TimerFired(), Cause.TIMER);
        case PinnedDefinitions.Lost lost -> {
          metrics.refused(lost.refusal().reason().code());
          LOG.warn("a timer waits for a definition: {}", lost.refusal().message());
          store.save(workflowId, workflow, nowMs + LOST_DEFINITION_RETRY_MS);
        }
      }
      return;
    }
    long expiryMs = workflow.endedAtMs() + retentionMs;
    if (expiryMs <= nowMs) {
      store.forget(workflowId, workflow);
    } else {
      store.save(workflowId, workflow, expiryMs);
    }
  }
}
