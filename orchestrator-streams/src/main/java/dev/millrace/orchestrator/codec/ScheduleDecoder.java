package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.schedule.OverlapPolicy;
import dev.millrace.orchestrator.core.schedule.ScheduleInput;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Records about schedules as inputs of the core, checked against the contract's limits. */
public final class ScheduleDecoder {
  private final AvroCodec<WorkflowSchedule> schedules;
  private final AvroCodec<StepCompletion> completions;
  private final JsonIntake json =
      new JsonIntake(
          source -> {
            throw new MalformedRecordException("schedules have no definitions of their own", null);
          });

  public ScheduleDecoder(Topics topics, SchemaRegistry registry) {
    schedules = new AvroCodec<>(WorkflowSchedule.class, topics.schedules(), registry);
    completions = new AvroCodec<>(StepCompletion.class, topics.completions(), registry);
  }

  /**
   * Reads a change of a schedule.
   *
   * @param value null deletes the schedule
   * @param timestampMs the record's timestamp: when the change was asked for
   * @throws MalformedRecordException when the bytes are none, or break a limit
   */
  public ScheduleInput change(byte @Nullable [] value, Headers headers, long timestampMs)
      throws MalformedRecordException {
    if (value == null) {
      return new ScheduleInput.Delete();
    }
    WorkflowSchedule change =
        JsonIntake.isJson(headers) ? json.schedule(value) : schedules.decode(value);
    String reason = Failure.cut(change.getReason(), Limits.MESSAGE_CHARS);
    return switch (change.getAction()) {
      case SET -> set(change.getSchedule(), timestampMs);
      case PAUSE -> new ScheduleInput.Pause(reason, timestampMs);
      case RESUME -> new ScheduleInput.Resume(reason, timestampMs);
      case BACKFILL ->
          new ScheduleInput.Backfill(
              epochMs(change.getFrom(), "from"),
              epochMs(change.getTo(), "to"),
              change.getOverlap() == null ? null : policy(change.getOverlap()));
      case UNKNOWN ->
          throw new MalformedRecordException(
              "action is not one that this engine knows; upgrade the engine or send SET, PAUSE,"
                  + " RESUME or BACKFILL",
              null);
    };
  }

  private static ScheduleInput set(
      dev.millrace.schemas.v1.@Nullable ScheduleSpec spec, long timestampMs)
      throws MalformedRecordException {
    if (spec == null) {
      throw new MalformedRecordException(
          "action is SET but schedule is null; say what is started and when", null);
    }
    return new ScheduleInput.Set(spec(spec), spec.getPaused(), timestampMs);
  }

  /**
   * What a schedule says, as the core has it; whether it can be meant is not checked here.
   *
   * @throws MalformedRecordException when it breaks a limit of the contract
   */
  public static ScheduleSpec spec(dev.millrace.schemas.v1.ScheduleSpec spec)
      throws MalformedRecordException {
    checkLength("schedule.definition", spec.getDefinition(), Limits.NAME_CHARS);
    checkLength("schedule.tenant", spec.getTenant(), Limits.TENANT_CHARS);
    if (spec.getDefinition().isEmpty()) {
      throw new MalformedRecordException("schedule.definition is empty; name a definition", null);
    }
    if (spec.getVersion() < 0) {
      throw new MalformedRecordException(
          "schedule.version is %d; give a registered version, or 0 for the highest"
              .formatted(spec.getVersion()),
          null);
    }
    if (spec.getPriority() < Limits.LOWEST_PRIORITY
        || spec.getPriority() > Limits.HIGHEST_PRIORITY) {
      throw new MalformedRecordException(
          "schedule.priority is %d, allowed are %d to %d"
              .formatted(spec.getPriority(), Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY),
          null);
    }
    return new ScheduleSpec(
        spec.getDefinition(),
        spec.getVersion(),
        spec.getCron(),
        spec.getIntervalMs(),
        spec.getTimeZone(),
        policy(spec.getOverlap()),
        spec.getCatchUpMs(),
        PayloadCodec.fromAvroWithinLimit(spec.getInput(), "schedule.input"),
        spec.getCarry(),
        spec.getTenant(),
        spec.getPriority());
  }

  /**
   * Reads a completion that tells a schedule how the workflow of a slot has ended.
   *
   * @throws MalformedRecordException when the bytes are none, name no slot, or do not say how
   */
  public ScheduleInput.Report report(byte @Nullable [] value, Headers headers)
      throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException("the record has no value", null);
    }
    StepCompletion completion =
        JsonIntake.isJson(headers) ? json.completion(value) : completions.decode(value);
    long slotMs =
        Slots.parse(completion.getStep())
            .orElseThrow(
                () ->
                    new MalformedRecordException(
                        "the completion is for a schedule, and its step is no time such as 20261121T030000Z",
                        null));
    Failure failure =
        switch (completion.getStatus()) {
          case SUCCEEDED -> null;
          case FAILED -> required(FailureCodec.fromAvro(completion.getFailure()));
          case RUNNING, UNKNOWN ->
              throw new MalformedRecordException(
                  "the completion is for a schedule, and its status is neither SUCCEEDED nor FAILED",
                  null);
        };
    return new ScheduleInput.Report(
        slotMs, PayloadCodec.fromAvro(completion.getOutput(), "output"), failure);
  }

  static OverlapPolicy policy(dev.millrace.schemas.v1.OverlapPolicy policy)
      throws MalformedRecordException {
    return switch (policy) {
      case SKIP -> OverlapPolicy.SKIP;
      case QUEUE -> OverlapPolicy.QUEUE;
      case ALLOW -> OverlapPolicy.ALLOW;
      case CANCEL_PREVIOUS -> OverlapPolicy.CANCEL_PREVIOUS;
      case UNKNOWN ->
          throw new MalformedRecordException(
              "overlap is not one that this engine knows; upgrade the engine or send SKIP, QUEUE,"
                  + " ALLOW or CANCEL_PREVIOUS",
              null);
    };
  }

  private static Failure required(@Nullable Failure failure) throws MalformedRecordException {
    if (failure == null) {
      throw new MalformedRecordException(
          "status is FAILED but failure is null; say its type and message", null);
    }
    return failure;
  }

  private static long epochMs(@Nullable Instant time, String field)
      throws MalformedRecordException {
    if (time == null) {
      throw new MalformedRecordException(
          "action is BACKFILL but %s is null; say from when and to when".formatted(field), null);
    }
    return time.toEpochMilli();
  }

  private static void checkLength(String field, String value, int maxChars)
      throws MalformedRecordException {
    if (value.length() > maxChars) {
      throw new MalformedRecordException(
          "%s has %d characters, at most %d are allowed".formatted(field, value.length(), maxChars),
          null);
    }
  }
}
