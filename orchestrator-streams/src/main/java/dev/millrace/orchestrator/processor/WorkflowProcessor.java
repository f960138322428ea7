package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DecodedStart;
import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.OutputEncoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowIds;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.store.ParkedStart;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The one processor: takes starts, controls, completions and timers of the workflows of its
 * partition and moves these on. No record stops it: what it cannot take goes to the dead letters.
 */
public final class WorkflowProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
  private final Settings settings;
  private final Map<String, InputSource> sourceByTopic;
  private final InputDecoder decoder;
  private final OutputEncoder encoder;
  private final Definitions definitions;
  private final QueueDirectory queues;
  private final EngineMetrics metrics;

  private @Nullable Task task;

  /**
   * What a processor is told.
   *
   * @param storeName name of the workflow store
   * @param topics names of the topics
   * @param retention how long the summary of an ended workflow is kept
   * @param definitionWait how long a start waits for its definition and queues to be known
   * @param timerTick how often due timers are looked for
   */
  public record Settings(
      String storeName,
      Topics topics,
      Duration retention,
      Duration definitionWait,
      Duration timerTick) {}

  public WorkflowProcessor(
      Settings settings,
      SchemaRegistry registry,
      Definitions definitions,
      QueueDirectory queues,
      EngineMetrics metrics) {
    this.settings = settings;
    Topics topics = settings.topics();
    this.sourceByTopic =
        Map.of(
            topics.starts(), InputSource.START,
            topics.controls(), InputSource.CONTROL,
            topics.completions(), InputSource.COMPLETION);
    this.decoder = new InputDecoder(topics, registry);
    this.encoder = new OutputEncoder(topics, "default", registry);
    this.definitions = definitions;
    this.queues = queues;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> context) {
    task = new Task(context);
    context.schedule(settings.timerTick(), PunctuationType.WALL_CLOCK_TIME, task::fireTimers);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task == null) {
      throw new IllegalStateException("processor used before init");
    }
    task.process(record);
  }

  /** The processor within the task that it belongs to. */
  private final class Task {
    /** Most timers fired in one tick; the rest follow in the next. */
    private static final int TIMERS_PER_TICK = 1_000;

    /** How soon a start that waits is tried again, in milliseconds. */
    private static final long PARKED_RETRY_MS = 100;

    private final ProcessorContext<byte[], Outgoing> context;
    private final WorkflowStore store;
    private final Transitions transitions;
    private final DeadLetters deadLetters;

    Task(ProcessorContext<byte[], Outgoing> context) {
      this.context = context;
      this.store = new WorkflowStore(context.getStateStore(settings.storeName()));
      this.transitions =
          new Transitions(
              context, settings.topics(), encoder, store, settings.retention().toMillis());
      this.deadLetters = new DeadLetters(context, settings.topics(), metrics);
    }

    void process(Record<byte[], byte[]> record) {
      RecordMetadata metadata = context.recordMetadata().orElseThrow();
      DeadLetters.Origin origin =
          new DeadLetters.Origin(metadata.topic(), metadata.partition(), metadata.offset());
      InputSource source = sourceByTopic.get(metadata.topic());
      if (source == null) {
        throw new IllegalStateException("no input topic: " + metadata.topic());
      }
      Transitions.Cause cause = new Transitions.Cause(source, metadata.offset(), record.headers());
      try {
        String workflowId = WorkflowIds.decode(record.key());
        Decision.@Nullable Refused refused =
            switch (source) {
              case START -> start(workflowId, record, cause);
              case CONTROL -> change(workflowId, decoder.control(record.value()), cause);
              case COMPLETION -> change(workflowId, decoder.completion(record.value()), cause);
            };
        if (refused != null && refused.reason().isExpected()) {
          metrics.refused(refused.reason().code());
        } else if (refused != null) {
          deadLetter(record, origin, refused.reason().code(), refused.message());
        }
      } catch (MalformedRecordException e) {
        deadLetter(record, origin, "malformed", String.valueOf(e.getMessage()));
      }
    }

    private void deadLetter(
        Record<byte[], byte[]> record, DeadLetters.Origin origin, String code, String message) {
      deadLetters.send(
          record.key(),
          record.value(),
          record.headers(),
          record.timestamp(),
          origin,
          code,
          message);
    }

    private Decision.@Nullable Refused start(
        String workflowId, Record<byte[], byte[]> record, Transitions.Cause cause)
        throws MalformedRecordException {
      DecodedStart start = decoder.start(record.value());
      if (store.load(workflowId) != null || store.parked(workflowId) != null) {
        return new Decision.Refused(Refusal.ALREADY_STARTED, "the workflow id is taken");
      }
      CompiledDefinition definition = definitions.find(start.definition(), start.version());
      if (definition != null && obstacle(definition) == null) {
        return transitions.apply(
            workflowId, definition, PackedWorkflow.absent(), start.request(), cause);
      }
      long nowMs = context.currentSystemTimeMs();
      ParkedStart parked =
          new ParkedStart(
              nowMs,
              nowMs + PARKED_RETRY_MS,
              cause.offset(),
              record.timestamp(),
              record.headers(),
              record.value());
      store.park(workflowId, parked, WorkflowView.NO_DEADLINE);
      return null;
    }

    private Decision.@Nullable Refused change(
        String workflowId, Input input, Transitions.Cause cause) {
      PackedWorkflow workflow = store.load(workflowId);
      if (workflow == null) {
        return new Decision.Refused(
            Refusal.UNKNOWN_WORKFLOW, "no workflow '%s' is known".formatted(workflowId));
      }
      InputSource source = cause.source();
      if (source != null && cause.offset() <= workflow.appliedOffset(source)) {
        return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
      }
      if (workflow.status().hasEnded()) {
        return new Decision.Refused(Refusal.WORKFLOW_ENDED, "the workflow has ended");
      }
      return transitions.apply(workflowId, definitionOf(workflow), workflow, input, cause);
    }

    void fireTimers(long ignoredTimestamp) {
      long nowMs = context.currentSystemTimeMs();
      for (WorkflowStore.Timer timer : store.dueTimers(nowMs, TIMERS_PER_TICK)) {
        PackedWorkflow workflow = store.load(timer.workflowId());
        ParkedStart parked = workflow == null ? store.parked(timer.workflowId()) : null;
        if (workflow != null && workflow.armedTimerMs() == timer.dueMs()) {
          fire(timer.workflowId(), workflow, nowMs);
        } else if (parked != null && parked.armedTimerMs() == timer.dueMs()) {
          retryParked(timer.workflowId(), parked, nowMs);
        } else {
          store.deleteOrphan(timer);
        }
      }
    }

    private void fire(String workflowId, PackedWorkflow workflow, long nowMs) {
      if (!workflow.status().hasEnded()) {
        Transitions.Cause cause = new Transitions.Cause(null, -1, new RecordHeaders());
        transitions.apply(workflowId, definitionOf(workflow), workflow, new TimerFired(), cause);
        return;
      }
      long expiryMs = workflow.endedAtMs() + settings.retention().toMillis();
      if (expiryMs <= nowMs) {
        store.forget(workflowId, workflow);
      } else {
        store.save(workflowId, workflow, expiryMs);
      }
    }

    private void retryParked(String workflowId, ParkedStart parked, long nowMs) {
      DecodedStart start;
      try {
        start = decoder.start(parked.value());
      } catch (MalformedRecordException e) {
        throw new IllegalStateException("a start that was parked cannot be read again", e);
      }
      CompiledDefinition definition = definitions.find(start.definition(), start.version());
      String obstacle =
          definition == null
              ? "definition '%s' version %d is not registered; register it and start again"
                  .formatted(start.definition(), start.version())
              : obstacle(definition);
      if (definition != null && obstacle == null) {
        Transitions.Cause cause =
            new Transitions.Cause(InputSource.START, parked.offset(), parked.headers());
        transitions.apply(workflowId, definition, PackedWorkflow.absent(), start.request(), cause);
        store.unpark(workflowId, parked);
      } else if (obstacle != null
          && nowMs - parked.sinceMs() >= settings.definitionWait().toMillis()) {
        reject(workflowId, parked, obstacle, nowMs);
      } else {
        store.park(workflowId, parked.retryAt(nowMs + PARKED_RETRY_MS), parked.armedTimerMs());
      }
    }

    private void reject(String workflowId, ParkedStart parked, String obstacle, long nowMs) {
      String code = "start-rejected";
      byte[] key = workflowId.getBytes(UTF_8);
      int partition = context.taskId().partition();
      deadLetters.send(
          key,
          parked.value(),
          parked.headers(),
          parked.timestampMs(),
          new DeadLetters.Origin(settings.topics().starts(), partition, parked.offset()),
          code,
          obstacle);
      Failure failure = new Failure("millrace." + code, obstacle, true);
      byte[] events = encoder.rejection(failure, nowMs, parked.offset());
      context.forward(
          new Record<>(
              key,
              new Outgoing(settings.topics().events(), events),
              nowMs,
              TraceContext.of(parked.headers())));
      store.unpark(workflowId, parked);
    }

    /** Why a workflow of a definition cannot start here now, or null when it can. */
    private @Nullable String obstacle(CompiledDefinition definition) {
      for (String queue : definition.queues()) {
        if (!queues.has(queue)) {
          return "queue '%s' has no topic '%s'; create it with 'millrace topics apply --queue %s'"
              .formatted(queue, settings.topics().commands(queue), queue);
        }
      }
      return null;
    }

    private CompiledDefinition definitionOf(PackedWorkflow workflow) {
      CompiledDefinition definition = definitions.find(workflow.definition(), workflow.version());
      if (definition == null) {
        throw new IllegalStateException(
            "definition %s/%d of a running workflow is gone from topic '%s'; publish it again"
                .formatted(
                    workflow.definition(), workflow.version(), settings.topics().definitions()));
      }
      return definition;
    }
  }
}
