package dev.millrace.orchestrator.core.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A schedule with a clock that is told to go on, and a log of what it has decided. */
final class TestSchedule {
  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  ScheduleState state = ScheduleState.ABSENT;
  Instant now = NOON;
  final List<ScheduleEvent> log = new ArrayList<>();
  private final List<ScheduleEvent> events = new ArrayList<>();
  private final List<ScheduleEffect.StartSlot> starts = new ArrayList<>();
  private final List<Long> cancels = new ArrayList<>();

  static ScheduleSpec everyMinute(OverlapPolicy overlap) {
    return spec("* * * * *", overlap);
  }

  static ScheduleSpec spec(String cron, OverlapPolicy overlap) {
    return new ScheduleSpec(
        "work", 0, cron, 0, "UTC", overlap, 3_600_000, payload("first"), false, "", 5);
  }

  static ScheduleSpec interval(Duration interval, String timeZone) {
    return new ScheduleSpec(
        "work",
        0,
        "",
        interval.toMillis(),
        timeZone,
        OverlapPolicy.ALLOW,
        3_600_000,
        null,
        false,
        "",
        5);
  }

  static ScheduleSpec carrying(ScheduleSpec spec) {
    return new ScheduleSpec(
        spec.definition(),
        spec.version(),
        spec.cron(),
        spec.intervalMs(),
        spec.timeZone(),
        spec.overlap(),
        spec.catchUpMs(),
        spec.input(),
        true,
        spec.tenant(),
        spec.priority());
  }

  static Payload payload(String text) {
    return new Payload("", text.getBytes(UTF_8));
  }

  void set(ScheduleSpec spec) {
    accept(new ScheduleInput.Set(spec, false, now.toEpochMilli()));
  }

  void accept(ScheduleInput input) {
    assertThat(give(input)).as("refusal").isNull();
  }

  /** Gives an input, and answers why it was refused, if it was. */
  ScheduleDecision.@Nullable Refused give(ScheduleInput input) {
    return switch (ScheduleDecider.decide("s", state, input, now.toEpochMilli())) {
      case ScheduleDecision.Refused refused -> refused;
      case ScheduleDecision.Accepted accepted -> {
        state = accepted.state();
        log.addAll(accepted.events());
        events.addAll(accepted.events());
        for (ScheduleEffect effect : accepted.effects()) {
          switch (effect) {
            case ScheduleEffect.StartSlot start -> starts.add(start);
            case ScheduleEffect.CancelSlot cancel -> cancels.add(cancel.slotMs());
          }
        }
        yield null;
      }
    };
  }

  /** Gives an input that must be refused, and answers why. */
  ScheduleRefusal refusal(ScheduleInput input) {
    ScheduleDecision.Refused refused = give(input);
    assertThat(refused).as("refusal of " + input).isNotNull();
    assertThat(refused.message()).isNotBlank();
    return refused.reason();
  }

  /** Asks for the slots of a range of the day. */
  static ScheduleInput backfill(String from, String to, @Nullable OverlapPolicy overlap) {
    return new ScheduleInput.Backfill(slotMs(from), slotMs(to), overlap);
  }

  /** Lets time pass, and the schedule be looked at whenever it has asked for it. */
  void advance(Duration time) {
    Instant end = now.plus(time);
    Instant wake = wake();
    while (!wake.isAfter(end)) {
      now = wake.isAfter(now) ? wake : now;
      accept(new ScheduleInput.Tick());
      wake = wake();
    }
    now = end;
  }

  /** Lets time pass without anybody looking. */
  void standStill(Duration time) {
    now = now.plus(time);
  }

  private Instant wake() {
    try {
      long wakeMs = ScheduleDecider.wakeAtMs(state, now.toEpochMilli());
      return Instant.ofEpochMilli(wakeMs);
    } catch (InvalidScheduleException e) {
      throw new AssertionError(e);
    }
  }

  void succeed(String slot, @Nullable Payload output) {
    accept(new ScheduleInput.Report(slotMs(slot), output, null));
  }

  void fail(String slot) {
    accept(new ScheduleInput.Report(slotMs(slot), null, new Failure("f", "", false)));
  }

  static long slotMs(String slot) {
    return Slots.parse("20261121T" + slot + "Z").orElseThrow();
  }

  /** The slots started since the last call, by their time of day. */
  List<String> started() {
    List<String> slots = starts.stream().map(start -> timeOfDay(start.slotMs())).toList();
    starts.clear();
    return slots;
  }

  /** The inputs of the slots started since the last call. */
  List<@Nullable Payload> inputs() {
    List<@Nullable Payload> inputs = new ArrayList<>();
    starts.forEach(start -> inputs.add(start.input()));
    starts.clear();
    return inputs;
  }

  /** The slots asked to cancel since the last call. */
  List<String> cancelled() {
    List<String> slots = cancels.stream().map(TestSchedule::timeOfDay).toList();
    cancels.clear();
    return slots;
  }

  /** The events of one kind since the last call, which forgets the others. */
  <E extends ScheduleEvent> List<E> events(Class<E> kind) {
    List<E> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
    events.clear();
    return found;
  }

  private static String timeOfDay(long slotMs) {
    return Slots.name(slotMs).substring("20261121T".length(), "20261121T120000".length());
  }
}
