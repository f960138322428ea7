package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.schedule.ScheduleEffect;
import dev.millrace.orchestrator.core.schedule.ScheduleEvent;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import java.time.Instant;
import java.util.List;

/** What schedules decide as records of the topics that it goes to. Not thread-safe. */
public final class ScheduleEncoder {
  /** As for the child of a workflow that has no parent. */
  private static final int DEPTH = 1;

  private final AvroCodec<WorkflowStart> starts;
  private final AvroCodec<WorkflowControl> controls;
  private final AvroCodec<WorkflowEvents> events;

  /** What caused events. */
  public enum Source {
    /** A record on the topic of schedules. */
    SCHEDULE,
    /** A record on the topic of completions. */
    COMPLETION,
    /** Time. */
    TIMER
  }

  public ScheduleEncoder(Topics topics, SchemaRegistry registry) {
    starts = new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
    controls = new AvroCodec<>(WorkflowControl.class, topics.controls(), registry);
    events = new AvroCodec<>(WorkflowEvents.class, topics.events(), registry);
  }

  /** The start of the workflow of a slot, which reports its end to the schedule. */
  public byte[] start(String scheduleId, ScheduleEffect.StartSlot start) {
    ScheduleSpec spec = start.spec();
    return starts.encode(
        WorkflowStart.newBuilder()
            .setDefinition(spec.definition())
            .setVersion(spec.version())
            .setInput(PayloadCodec.toAvro(start.input()))
            .setTenant(spec.tenant())
            .setPriority(spec.priority())
            .setParent(
                ParentStep.newBuilder()
                    .setWorkflowId(scheduleId)
                    .setStep(Slots.name(start.slotMs()))
                    .setAttempt(ScheduleEventCodec.ATTEMPT)
                    .setDepth(DEPTH)
                    .build())
            .build());
  }

  /** The order to cancel the workflow of a slot. */
  public byte[] cancel(String scheduleId) {
    return controls.encode(
        WorkflowControl.newBuilder()
            .setAction(ControlAction.CANCEL)
            .setReason("the next slot of schedule '%s' is due".formatted(scheduleId))
            .setRequestedBy("schedule")
            .build());
  }

  /**
   * All events of one input.
   *
   * @param firstSequence sequence number of the first
   * @param offset offset of the input; -1 for a timer
   */
  public byte[] events(
      List<ScheduleEvent> decided, long firstSequence, long atMs, Source source, long offset) {
    return events.encode(
        WorkflowEvents.newBuilder()
            .setFirstSequence(firstSequence)
            .setAt(Instant.ofEpochMilli(atMs))
            .setSource(
                switch (source) {
                  case SCHEDULE -> EventSource.SCHEDULE;
                  case COMPLETION -> EventSource.COMPLETION;
                  case TIMER -> EventSource.TIMER;
                })
            .setSourceOffset(offset)
            .setEvents(decided.stream().map(ScheduleEventCodec::toAvro).toList())
            .build());
  }
}
