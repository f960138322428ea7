package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedStart;
import dev.millrace.orchestrator.codec.InlineDefinition;
import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.OutputEncoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.ParkedStart;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows. A start whose definition or queue is not known yet is parked, for these arrive
 * by other ways and may be a little late; after a while it is rejected. Belongs to one stream task.
 */
final class Starts {
  /** How soon a parked start is tried again, in milliseconds. */
  private static final long RETRY_MS = 100;

  /** Largest start that can be parked: a changelog record with room for what Kafka adds. */
  private static final int PARKED_BYTES = Limits.RECORD_BYTES - 4 * 1024;

  private static final String REJECTED = "start-rejected";

  private final ProcessorContext<byte[], Outgoing> context;
  private final WorkflowProcessor.Settings settings;
  private final InputDecoder decoder;
  private final OutputEncoder encoder;
  private final Definitions definitions;
  private final QueueDirectory queues;
  private final WorkflowStore store;
  private final Transitions transitions;
  private final DeadLetters deadLetters;

  Starts(
      ProcessorContext<byte[], Outgoing> context,
      WorkflowProcessor.Settings settings,
      InputDecoder decoder,
      OutputEncoder encoder,
      Definitions definitions,
      QueueDirectory queues,
      WorkflowStore store,
      Transitions transitions,
      DeadLetters deadLetters) {
    this.context = context;
    this.settings = settings;
    this.decoder = decoder;
    this.encoder = encoder;
    this.definitions = definitions;
    this.queues = queues;
    this.store = store;
    this.transitions = transitions;
    this.deadLetters = deadLetters;
  }

  Decision.@Nullable Refused start(String workflowId, Record<byte[], byte[]> record, Cause cause)
      throws MalformedRecordException {
    DecodedStart start = decoder.start(record.value(), record.headers());
    PackedWorkflow known = store.load(workflowId);
    if (known != null && cause.offset() <= known.appliedOffset(InputSource.START)) {
      store.putAgain(workflowId, known);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    if (known != null || store.parked(workflowId) != null) {
      return new Decision.Refused(Refusal.ALREADY_STARTED, "the workflow id is taken");
    }
    CompiledDefinition definition = definition(start);
    if (definition != null && missingQueue(definition) == null) {
      return begin(workflowId, definition, start, cause);
    }
    long nowMs = context.currentSystemTimeMs();
    ParkedStart parked =
        new ParkedStart(
            nowMs,
            nowMs + RETRY_MS,
            cause.offset(),
            record.timestamp(),
            record.headers(),
            record.value());
    if (parked.storedBytes() > PARKED_BYTES) {
      throw new MalformedRecordException(
          "start of %d bytes with its headers, at most %d can wait for a definition or queue; register them first and start again"
              .formatted(parked.storedBytes(), PARKED_BYTES),
          null);
    }
    store.park(workflowId, parked, WorkflowView.NO_DEADLINE);
    return null;
  }

  /** Tries a parked start again, if it has armed this timer. */
  boolean retry(WorkflowStore.Timer timer, long nowMs) {
    String workflowId = timer.workflowId();
    ParkedStart parked = store.parked(workflowId);
    if (parked == null || parked.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    if (store.load(workflowId) == null) {
      retry(workflowId, parked, nowMs);
    } else {
      store.unpark(workflowId, parked); // a crash left it beside the workflow that came of it
    }
    return true;
  }

  private void retry(String workflowId, ParkedStart parked, long nowMs) {
    DecodedStart start;
    try {
      start = decoder.start(parked.value(), parked.headers());
    } catch (MalformedRecordException e) {
      throw new IllegalStateException("a start that was parked cannot be read again", e);
    }
    CompiledDefinition definition = definition(start);
    String missing =
        definition == null
            ? "definition '%s' version %d is not registered; register it and start again"
                .formatted(start.definition(), start.version())
            : missingQueue(definition);
    if (definition != null && missing == null) {
      Cause cause = new Cause(InputSource.START, parked.offset(), parked.headers());
      begin(workflowId, definition, start, cause);
      store.unpark(workflowId, parked);
    } else if (missing != null
        && nowMs - parked.sinceMs() >= settings.definitionWait().toMillis()) {
      reject(workflowId, parked, missing, nowMs);
    } else {
      store.park(workflowId, parked.retryAt(nowMs + RETRY_MS), parked.armedTimerMs());
    }
  }

  private Decision.@Nullable Refused begin(
      String workflowId, CompiledDefinition definition, DecodedStart start, Cause cause) {
    PackedWorkflow workflow = PackedWorkflow.absent();
    InlineDefinition inline = start.inline();
    if (inline != null) {
      workflow.bringDefinition(inline.record());
    }
    return transitions.apply(workflowId, definition, workflow, start.request(), cause);
  }

  private void reject(String workflowId, ParkedStart parked, String missing, long nowMs) {
    byte[] key = workflowId.getBytes(UTF_8);
    deadLetters.send(
        new Record<>(key, parked.value(), parked.timestampMs(), parked.headers()),
        settings.topics().starts(),
        context.taskId().partition(),
        parked.offset(),
        REJECTED,
        missing);
    Failure failure = new Failure("millrace." + REJECTED, missing, true);
    byte[] events = encoder.rejection(failure, nowMs, parked.offset());
    context.forward(
        new Record<>(
            key,
            new Outgoing(settings.topics().events(), events),
            nowMs,
            TraceContext.of(parked.headers())));
    store.unpark(workflowId, parked);
  }

  private @Nullable CompiledDefinition definition(DecodedStart start) {
    InlineDefinition inline = start.inline();
    return inline != null
        ? inline.compiled()
        : definitions.find(start.definition(), start.version());
  }

  /** Which of a definition's queues cannot be sent to now, as a message; null for none. */
  private @Nullable String missingQueue(CompiledDefinition definition) {
    for (String queue : definition.queues()) {
      if (!queues.has(queue)) {
        return "queue '%s' has no topic '%s'; create it with 'millrace topics apply --queue %s'"
            .formatted(queue, settings.topics().commands(queue), queue);
      }
    }
    return null;
  }
}
