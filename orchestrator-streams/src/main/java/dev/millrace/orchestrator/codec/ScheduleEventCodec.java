package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.schedule.OverlapPolicy;
import dev.millrace.orchestrator.core.schedule.ScheduleEvent;
import dev.millrace.orchestrator.core.schedule.ScheduleEvent.SkipReason;
import dev.millrace.orchestrator.core.schedule.ScheduleRefusal;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.SlotOrigin;
import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.schemas.wire.ScheduleJson;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/** Events of schedules as the contract's record and as the core's data. Stateless. */
public final class ScheduleEventCodec {
  /** The one attempt at a slot: its workflow is named after it and starts once. */
  static final int ATTEMPT = 1;

  private static final String REFUSED = "millrace.refused";

  private ScheduleEventCodec() {}

  /** The record of an event. */
  public static WorkflowEvent toAvro(ScheduleEvent event) {
    return switch (event) {
      case ScheduleEvent.Set set ->
          record(EventType.SCHEDULE_SET)
              .setPayload(PayloadCodec.toAvro(json(set)))
              .setNumber(set.paused() ? 1 : 0)
              .setDueAt(Instant.ofEpochMilli(set.cursorMs()))
              .build();
      case ScheduleEvent.Paused paused ->
          record(EventType.SCHEDULE_PAUSED).setReason(paused.reason()).build();
      case ScheduleEvent.Resumed resumed ->
          record(EventType.SCHEDULE_RESUMED)
              .setReason(resumed.reason())
              .setDueAt(Instant.ofEpochMilli(resumed.cursorMs()))
              .build();
      case ScheduleEvent.Deleted deleted ->
          record(EventType.SCHEDULE_DELETED).setDueAt(Instant.ofEpochMilli(deleted.atMs())).build();
      case ScheduleEvent.Refused refused ->
          record(EventType.CONTROL_REFUSED)
              .setReason(refused.reason().code())
              .setFailure(FailureCodec.toAvro(new Failure(REFUSED, refused.message(), false)))
              .build();
      case ScheduleEvent.BackfillAccepted range ->
          record(EventType.BACKFILL_ACCEPTED)
              .setDueAt(Instant.ofEpochMilli(range.fromMs()))
              .setNumber(range.toMs())
              .setReason(name(range.overlap()))
              .build();
      case ScheduleEvent.BackfillDone done -> record(EventType.BACKFILL_DONE).build();
      case ScheduleEvent.SlotStarted slot ->
          slot(EventType.SLOT_STARTED, slot.slotMs())
              .setAttempt(ATTEMPT)
              .setName(name(slot.origin()))
              .build();
      case ScheduleEvent.SlotQueued slot ->
          slot(EventType.SLOT_QUEUED, slot.slotMs()).setName(name(slot.origin())).build();
      case ScheduleEvent.SlotSkipped slot ->
          slot(EventType.SLOT_SKIPPED, slot.slotMs())
              .setName(name(slot.origin()))
              .setReason(name(slot.reason()))
              .build();
      case ScheduleEvent.SlotsMissed slots ->
          slot(EventType.SLOTS_MISSED, slots.fromMs())
              .setDueAt(Instant.ofEpochMilli(slots.cursorMs()))
              .setNumber(slots.count())
              .build();
      case ScheduleEvent.CancelRequested slot ->
          slot(EventType.SLOT_CANCEL_REQUESTED, slot.slotMs()).setAttempt(ATTEMPT).build();
      case ScheduleEvent.SlotEnded slot ->
          slot(EventType.SLOT_ENDED, slot.slotMs())
              .setAttempt(ATTEMPT)
              .setPayload(PayloadCodec.toAvro(slot.output()))
              .setFailure(FailureCodec.toAvro(slot.failure()))
              .build();
    };
  }

  /**
   * The event in a record.
   *
   * @throws MalformedRecordException when it is of no schedule, or lacks what its type needs
   */
  public static ScheduleEvent fromAvro(WorkflowEvent event) throws MalformedRecordException {
    return switch (event.getType()) {
      case SCHEDULE_SET -> new ScheduleEvent.Set(spec(event), event.getNumber() != 0, dueAt(event));
      case SCHEDULE_PAUSED -> new ScheduleEvent.Paused(event.getReason());
      case SCHEDULE_RESUMED -> new ScheduleEvent.Resumed(event.getReason(), dueAt(event));
      case SCHEDULE_DELETED -> new ScheduleEvent.Deleted(dueAt(event));
      case CONTROL_REFUSED ->
          new ScheduleEvent.Refused(
              refusal(event),
              EventDecoder.required(event.getFailure(), "failure", event).getMessage());
      case BACKFILL_ACCEPTED ->
          new ScheduleEvent.BackfillAccepted(
              dueAt(event),
              event.getNumber(),
              constant(OverlapPolicy.values(), event.getReason(), event));
      case BACKFILL_DONE -> new ScheduleEvent.BackfillDone();
      case SLOT_STARTED -> new ScheduleEvent.SlotStarted(slotMs(event), origin(event));
      case SLOT_QUEUED -> new ScheduleEvent.SlotQueued(slotMs(event), origin(event));
      case SLOT_SKIPPED ->
          new ScheduleEvent.SlotSkipped(
              slotMs(event),
              origin(event),
              constant(SkipReason.values(), event.getReason(), event));
      case SLOTS_MISSED ->
          new ScheduleEvent.SlotsMissed(slotMs(event), dueAt(event), (int) event.getNumber());
      case SLOT_CANCEL_REQUESTED -> new ScheduleEvent.CancelRequested(slotMs(event));
      case SLOT_ENDED ->
          new ScheduleEvent.SlotEnded(
              slotMs(event),
              PayloadCodec.fromAvro(event.getPayload(), "payload"),
              FailureCodec.fromAvro(event.getFailure()));
      default ->
          throw new MalformedRecordException(
              "event type %s does not change a schedule".formatted(event.getType()), null);
    };
  }

  private static WorkflowEvent.Builder record(EventType type) {
    return WorkflowEvent.newBuilder().setType(type);
  }

  private static WorkflowEvent.Builder slot(EventType type, long slotMs) {
    return record(type).setStep(Slots.name(slotMs));
  }

  private static Payload json(ScheduleEvent.Set set) {
    ScheduleSpec spec = set.spec();
    dev.millrace.schemas.v1.ScheduleSpec record =
        dev.millrace.schemas.v1.ScheduleSpec.newBuilder()
            .setDefinition(spec.definition())
            .setVersion(spec.version())
            .setCron(spec.cron())
            .setIntervalMs(spec.intervalMs())
            .setTimeZone(spec.timeZone())
            .setOverlap(policy(spec.overlap()))
            .setCatchUpMs(spec.catchUpMs())
            .setPaused(set.paused())
            .setInput(PayloadCodec.toAvro(spec.input()))
            .setCarry(spec.carry())
            .setTenant(spec.tenant())
            .setPriority(spec.priority())
            .build();
    return new Payload("", ScheduleJson.write(record));
  }

  private static ScheduleSpec spec(WorkflowEvent event) throws MalformedRecordException {
    ByteBuffer data = EventDecoder.required(event.getPayload(), "payload", event).getData();
    byte[] json = new byte[data.remaining()];
    data.duplicate().get(json);
    return ScheduleDecoder.spec(ScheduleJson.read(json));
  }

  private static dev.millrace.schemas.v1.OverlapPolicy policy(OverlapPolicy policy) {
    return switch (policy) {
      case SKIP -> dev.millrace.schemas.v1.OverlapPolicy.SKIP;
      case QUEUE -> dev.millrace.schemas.v1.OverlapPolicy.QUEUE;
      case ALLOW -> dev.millrace.schemas.v1.OverlapPolicy.ALLOW;
      case CANCEL_PREVIOUS -> dev.millrace.schemas.v1.OverlapPolicy.CANCEL_PREVIOUS;
    };
  }

  private static long slotMs(WorkflowEvent event) throws MalformedRecordException {
    return Slots.parse(event.getStep())
        .orElseThrow(
            () ->
                new MalformedRecordException(
                    "event of type %s, and its step is no time".formatted(event.getType()), null));
  }

  private static SlotOrigin origin(WorkflowEvent event) throws MalformedRecordException {
    return constant(SlotOrigin.values(), event.getName(), event);
  }

  private static ScheduleRefusal refusal(WorkflowEvent event) throws MalformedRecordException {
    return Arrays.stream(ScheduleRefusal.values())
        .filter(each -> each.code().equals(event.getReason()))
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedRecordException("refusal for a reason that is not known here", null));
  }

  /** Constants stand in events in small letters with hyphens. */
  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <E extends Enum<E>> E constant(E[] all, String name, WorkflowEvent event)
      throws MalformedRecordException {
    return Arrays.stream(all)
        .filter(each -> name(each).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedRecordException(
                    "event of type %s with a word that is not known here"
                        .formatted(event.getType()),
                    null));
  }

  private static long dueAt(WorkflowEvent event) throws MalformedRecordException {
    return EventDecoder.required(event.getDueAt(), "dueAt", event).toEpochMilli();
  }
}
