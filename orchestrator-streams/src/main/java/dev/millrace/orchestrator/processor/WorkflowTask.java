package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.DecodedCompletion;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowIds;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processor within one task: one partition of the input topics and its workflows. */
final class WorkflowTask {
  /** Most timers fired in one tick; the rest follow in the next. */
  private static final int TIMERS_PER_TICK = 1_000;

  /** Most steps that go on in one tick because it is their turn at their queues. */
  private static final int RELEASES_PER_TICK = 1_000;

  /** The same after an input, which mostly makes room for one. */
  private static final int RELEASES_PER_INPUT = 16;

  /**
   * How often it is told how things stand at the queues, in milliseconds: as often as windows are
   * steered by it.
   */
  private static final long REPORT_MS = 250;

  /** How soon a timer is tried again whose workflow's definition is not to be had. */
  private static final long LOST_DEFINITION_RETRY_MS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(WorkflowTask.class);

  private final TaskResources task;
  private final Map<String, InputSource> sourceByTopic;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;
  private final Transitions transitions;
  private final DeadLetters deadLetters;
  private final Controls controls;
  private final Starts starts;
  private final Schedules schedules;
  private final GateScan scan;
  private final Releases releases;
  private long reportedMs;

  WorkflowTask(TaskResources task) {
    Topics topics = task.settings().topics();
    this.task = task;
    this.sourceByTopic =
        Map.of(
            topics.starts(), InputSource.START,
            topics.children(), InputSource.CHILD,
            topics.controls(), InputSource.CONTROL,
            topics.completions(), InputSource.COMPLETION);
    this.store = task.store();
    this.pinned = new PinnedDefinitions(task.definitions(), task.decoder(), store);
    this.scan = new GateScan(task.gate(), task.tenants(), store, pinned);
    store.onPutAgain(scan::putKeysAgain);
    this.transitions = new Transitions(task, pinned, scan);
    this.deadLetters = new DeadLetters(task.context(), topics, task.metrics());
    this.controls = new Controls(task, transitions, deadLetters);
    this.starts = new Starts(task, transitions, controls, deadLetters);
    this.schedules = new Schedules(task, deadLetters);
    this.releases = new Releases(task, pinned, transitions, starts);
  }

  void process(Record<byte[], byte[]> record) {
    RecordMetadata metadata = task.context().recordMetadata().orElseThrow();
    DeadLetters.Origin from = DeadLetters.Origin.of(metadata);
    task.meters().read();
    task.gate().read();
    try {
      String id = WorkflowIds.decode(record.key());
      if (metadata.topic().equals(task.settings().topics().schedules())) {
        schedules.change(id, record, from);
      } else {
        process(id, record, from);
      }
    } catch (MalformedRecordException e) {
      deadLetters.malformed(record, from, e);
    }
    releases.release(RELEASES_PER_INPUT);
  }

  private void process(String workflowId, Record<byte[], byte[]> record, DeadLetters.Origin from)
      throws MalformedRecordException {
    InputSource source = sourceByTopic.get(from.topic());
    if (source == null) {
      throw new IllegalStateException("no input topic: " + from.topic());
    }
    if (source != InputSource.CONTROL && isOfSchedule(workflowId)) {
      if (isStart(source)) {
        starts.refuseIdOfSchedule(workflowId, record, from);
      } else {
        schedules.report(workflowId, record, from);
      }
      return;
    }
    Cause cause = new Cause(source, from.offset(), record.headers());
    Decision.@Nullable Refused refused =
        switch (source) {
          case START, CHILD -> starts.start(workflowId, record, cause);
          case CONTROL -> controls.control(workflowId, record, cause);
          case COMPLETION -> complete(workflowId, record, cause);
        };
    if (refused != null) {
      deadLetters.refuse(record, from, refused);
    } else if (!isStart(source)) {
      starts.afterChange(workflowId);
    }
  }

  private static boolean isStart(InputSource source) {
    return source == InputSource.START || source == InputSource.CHILD;
  }

  private Decision.@Nullable Refused complete(
      String workflowId, Record<byte[], byte[]> record, Cause cause)
      throws MalformedRecordException {
    task.meters().readCompletion();
    DecodedCompletion completion = task.decoder().completion(record.value(), record.headers());
    task.meters().ran(completion.startedAtMs(), completion.endedAtMs());
    task.gate().ran(completion.startedAtMs(), completion.endedAtMs());
    Decision.@Nullable Refused refused =
        transitions.complete(workflowId, completion.input(), cause);
    task.gate().read();
    return refused;
  }

  /** Asks for the schedule last: where there are none it costs nothing, and for most ids little. */
  private boolean isOfSchedule(String id) {
    return schedules.mayHaveAny() && !store.isKnown(id) && schedules.has(id);
  }

  /** Does what is due, and goes on with what may. */
  void tick() {
    task.meters().read();
    task.gate().read();
    long nowMs = task.context().currentSystemTimeMs();
    controls.tick(nowMs);
    fireTimers(nowMs);
    scan.slice(nowMs);
    task.gate().tick();
    releases.putBack(nowMs);
    releases.release(RELEASES_PER_TICK);
    if (nowMs - reportedMs >= REPORT_MS || nowMs < reportedMs) {
      reportedMs = nowMs;
      task.report().publish(task.context().taskId().partition(), task.gate().states(scan.isDone()));
    }
  }

  /** The task is not here any more. */
  void close() {
    int partition = task.context().taskId().partition();
    task.report().remove(partition);
    task.report().workflows().remove(partition, task.tenants().open());
    task.gate().close();
  }

  private void fireTimers(long nowMs) {
    for (WorkflowStore.Timer timer : store.dueTimers(nowMs, TIMERS_PER_TICK)) {
      boolean isArmed =
          switch (timer.kind()) {
            case WORKFLOW -> fire(timer, nowMs);
            case CHUNK -> transitions.chunks().fire(timer, nowMs);
            case PARKED_START -> starts.retry(timer, nowMs);
            case PARKED_CONTROLS -> controls.retry(timer, nowMs);
            case RESULT -> store.results().expire(timer);
            case SCHEDULE -> schedules.fire(timer, nowMs);
          };
      if (!isArmed) {
        store.deleteOrphan(timer);
      }
    }
  }

  /** Fires a workflow's timer, if the workflow has armed it. */
  private boolean fire(WorkflowStore.Timer timer, long nowMs) {
    String workflowId = timer.workflowId();
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null) {
      store.forgetLeftovers(workflowId);
      return false;
    }
    if (workflow.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    long expiryMs = workflow.endedAtMs() + task.settings().retention().toMillis();
    if (!workflow.status().hasEnded()) {
      moveOn(workflowId, workflow, nowMs);
      starts.afterChange(workflowId);
    } else if (expiryMs <= nowMs) {
      store.forget(workflowId, workflow);
    } else {
      store.save(workflowId, workflow, expiryMs);
    }
    return true;
  }

  private void moveOn(String workflowId, PackedWorkflow workflow, long nowMs) {
    switch (pinned.find(workflowId, workflow)) {
      case PinnedDefinitions.Found found ->
          transitions.apply(
              workflowId, found.definition(), workflow, new TimerFired(), Cause.TIMER);
      case PinnedDefinitions.Lost lost -> {
        task.metrics().refused(lost.refusal().reason().code());
        LOG.warn("a timer waits for a definition: {}", lost.refusal().message());
        store.save(workflowId, workflow, nowMs + LOST_DEFINITION_RETRY_MS);
      }
    }
  }
}
