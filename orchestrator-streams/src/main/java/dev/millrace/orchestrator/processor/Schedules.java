package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.ScheduleDecoder;
import dev.millrace.orchestrator.codec.ScheduleEncoder;
import dev.millrace.orchestrator.codec.ScheduleEncoder.Source;
import dev.millrace.orchestrator.codec.StoredSchedule;
import dev.millrace.orchestrator.core.schedule.InvalidScheduleException;
import dev.millrace.orchestrator.core.schedule.Recurrence;
import dev.millrace.orchestrator.core.schedule.ScheduleDecider;
import dev.millrace.orchestrator.core.schedule.ScheduleDecision;
import dev.millrace.orchestrator.core.schedule.ScheduleEffect;
import dev.millrace.orchestrator.core.schedule.ScheduleEvent;
import dev.millrace.orchestrator.core.schedule.ScheduleEvolver;
import dev.millrace.orchestrator.core.schedule.ScheduleInput;
import dev.millrace.orchestrator.core.schedule.ScheduleRefusal;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.core.schedule.ScheduleState.Status;
import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.RecordKind;
import dev.millrace.orchestrator.store.ScheduleStore;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries schedules from one state to the next, as {@link Transitions} does with workflows: starts,
 * cancels and events are forwarded first, and the state that speaks of them is stored last. A crash
 * in between decides the same slots again; their starts have the same ids and start nothing.
 * Belongs to one stream task.
 */
final class Schedules {
  /** How soon a schedule is looked at again whose time zone is not known here. */
  private static final long UNKNOWN_ZONE_RETRY_MS = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);

  private final TaskResources task;
  private final ScheduleDecoder decoder;
  private final ScheduleEncoder encoder;
  private final ScheduleStore schedules;
  private final DeadLetters deadLetters;
  private final Topics topics;

  Schedules(TaskResources task, DeadLetters deadLetters) {
    this.task = task;
    this.decoder = task.scheduleDecoder();
    this.encoder = task.scheduleEncoder();
    this.schedules = task.store().schedules();
    this.deadLetters = deadLetters;
    this.topics = task.settings().topics();
  }

  /** Whether an id is that of a schedule, if it is not that of a workflow. */
  boolean has(String id) {
    return schedules.load(id) != null;
  }

  /** Whether there may be any schedule here; false is certain, and costs nothing to ask. */
  boolean mayHaveAny() {
    return schedules.mayHaveAny();
  }

  /** Takes a record of the topic of schedules. */
  void change(String scheduleId, Record<byte[], byte[]> record, DeadLetters.Origin from)
      throws MalformedRecordException {
    StoredSchedule stored = schedules.load(scheduleId);
    if (stored != null && from.offset() <= stored.changeOffset()) {
      schedules.putAgain(scheduleId, stored);
      task.metrics().refused(ScheduleRefusal.ALREADY_APPLIED.code());
      return;
    }
    ScheduleInput input = decoder.change(record.value(), record.headers(), record.timestamp());
    if (stored == null && isWorkflow(scheduleId)) {
      refuse(
          record,
          from,
          ScheduleRefusal.ID_IS_A_WORKFLOW,
          "the id '%s' is that of a workflow; give the schedule another one".formatted(scheduleId));
      return;
    }
    Run run = new Run(scheduleId, stored, Source.SCHEDULE, from.offset(), record.headers());
    ScheduleDecision.Refused refused = run.decide(input);
    if (refused != null) {
      if (run.isAlive()) {
        run.refuse(refused);
      } else {
        refuse(record, from, refused.reason(), refused.message());
      }
    }
  }

  /** Takes a completion for a schedule: how the workflow of a slot has ended. */
  void report(String scheduleId, Record<byte[], byte[]> record, DeadLetters.Origin from)
      throws MalformedRecordException {
    StoredSchedule stored = schedules.load(scheduleId);
    if (stored != null && from.offset() <= stored.reportOffset()) {
      schedules.putAgain(scheduleId, stored);
      task.metrics().refused(ScheduleRefusal.ALREADY_APPLIED.code());
      return;
    }
    ScheduleInput input = decoder.report(record.value(), record.headers());
    Run run = new Run(scheduleId, stored, Source.COMPLETION, from.offset(), record.headers());
    ScheduleDecision.Refused refused = run.decide(input);
    if (refused != null) {
      refuse(record, from, refused.reason(), refused.message());
    }
  }

  /** Looks at a schedule, if it has armed this timer. */
  boolean fire(WorkflowStore.Timer timer, long nowMs) {
    String scheduleId = timer.workflowId();
    StoredSchedule stored = schedules.load(scheduleId);
    if (stored == null || stored.armedTimerMs() != timer.dueMs()) {
      return false;
    }
    if (stored.state().status() == Status.DELETED) {
      schedules.forget(scheduleId, stored);
      return true;
    }
    Run run = new Run(scheduleId, stored, Source.TIMER, -1, Cause.TIMER.headers());
    ScheduleDecision.Refused refused = run.decide(new ScheduleInput.Tick());
    if (refused != null) {
      task.metrics().refused(refused.reason().code());
      LOG.warn(
          "schedule '{}' starts nothing: {}; set it again with one that is, or run this engine on a"
              + " newer Java",
          scheduleId,
          refused.message());
      run.store(stored.state(), nowMs + UNKNOWN_ZONE_RETRY_MS);
    }
    return true;
  }

  private boolean isWorkflow(String id) {
    WorkflowStore store = task.store();
    return store.isKnown(id) || store.parked(RecordKind.PARKED_START, id) != null;
  }

  private void refuse(
      Record<byte[], byte[]> record,
      DeadLetters.Origin from,
      ScheduleRefusal reason,
      String message) {
    if (reason.isExpected()) {
      task.metrics().refused(reason.code());
    } else {
      deadLetters.send(record, from, reason.code(), message);
    }
  }

  /** One input being applied to one schedule. */
  private final class Run {
    private final String scheduleId;
    private final StoredSchedule former;
    private final Source source;
    private final long offset;
    private final long nowMs = task.context().currentSystemTimeMs();
    private final Headers headers;

    Run(
        String scheduleId,
        @Nullable StoredSchedule stored,
        Source source,
        long offset,
        Headers causedBy) {
      this.scheduleId = scheduleId;
      this.former = stored == null ? StoredSchedule.ABSENT : stored;
      this.source = source;
      this.offset = offset;
      this.headers = TraceContext.of(causedBy);
    }

    boolean isAlive() {
      Status status = former.state().status();
      return status == Status.ACTIVE || status == Status.PAUSED;
    }

    ScheduleDecision.@Nullable Refused decide(ScheduleInput input) {
      return switch (ScheduleDecider.decide(scheduleId, former.state(), input, nowMs)) {
        case ScheduleDecision.Refused refused -> refused;
        case ScheduleDecision.Accepted accepted -> {
          accepted.effects().forEach(this::carryOut);
          publish(accepted.events());
          store(accepted.state(), timerMs(accepted.state()));
          yield null;
        }
      };
    }

    /** Puts down in the log that a change was refused. */
    void refuse(ScheduleDecision.Refused refused) {
      ScheduleEvent event = new ScheduleEvent.Refused(refused.reason(), refused.message());
      publish(List.of(event));
      store(ScheduleEvolver.evolve(former.state(), event), former.armedTimerMs());
    }

    private void carryOut(ScheduleEffect effect) {
      switch (effect) {
        case ScheduleEffect.StartSlot start ->
            forward(
                Slots.workflowId(scheduleId, start.slotMs()),
                topics.starts(),
                encoder.start(scheduleId, start));
        case ScheduleEffect.CancelSlot cancel ->
            forward(
                Slots.workflowId(scheduleId, cancel.slotMs()),
                topics.controls(),
                encoder.cancel(scheduleId));
      }
    }

    private void publish(List<ScheduleEvent> events) {
      if (!events.isEmpty()) {
        long first = former.state().nextSequence();
        forward(scheduleId, topics.events(), encoder.events(events, first, nowMs, source, offset));
      }
    }

    private void forward(String key, String topic, byte[] value) {
      task.context()
          .forward(new Record<>(key.getBytes(UTF_8), new Outgoing(topic, value), nowMs, headers));
    }

    private long timerMs(ScheduleState state) {
      if (state.status() == Status.DELETED) {
        return state.deletedAtMs() + task.settings().retention().toMillis();
      }
      try {
        long wakeMs = ScheduleDecider.wakeAtMs(state, nowMs);
        return wakeMs == Recurrence.NEVER ? WorkflowView.NO_DEADLINE : wakeMs;
      } catch (InvalidScheduleException e) {
        return nowMs + UNKNOWN_ZONE_RETRY_MS; // where it is said
      }
    }

    void store(ScheduleState state, long timerMs) {
      schedules.save(
          scheduleId,
          former,
          state,
          source == Source.SCHEDULE ? offset : former.changeOffset(),
          source == Source.COMPLETION ? offset : former.reportOffset(),
          timerMs);
    }
  }
}
