package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.schedule.OverlapPolicy;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.core.state.Payload;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it lies in the store, and what the engine remembers beside its state. Immutable.
 *
 * @param state where it stands
 * @param changeOffset highest offset of the topic of schedules applied to it; -1 for none
 * @param reportOffset highest offset of the topic of completions applied to it; -1 for none
 * @param armedTimerMs when the timer that is armed for it is due; 0 for none
 * @param incarnation which life of its stream task has stored it last; 0 for none
 */
public record StoredSchedule(
    ScheduleState state,
    long changeOffset,
    long reportOffset,
    long armedTimerMs,
    long incarnation) {
  /** A schedule of which nothing is known. */
  public static final StoredSchedule ABSENT =
      new StoredSchedule(ScheduleState.ABSENT, -1, -1, 0, 0);

  private static final byte LAYOUT = 1;

  /** Its bytes: numbers first, then lists, then texts and payloads, each with its length. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(LAYOUT);
      out.writeLong(changeOffset);
      out.writeLong(reportOffset);
      out.writeLong(armedTimerMs);
      out.writeLong(incarnation);
      writeState(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a ByteArrayOutputStream does not fail
    }
    return bytes.toByteArray();
  }

  private void writeState(DataOutputStream out) throws IOException {
    out.writeByte(code(state.status()));
    out.writeLong(state.nextSequence());
    out.writeLong(state.cursorMs());
    out.writeLong(state.deletedAtMs());
    ScheduleState.Counts counts = state.counts();
    out.writeLong(counts.started());
    out.writeLong(counts.skipped());
    out.writeLong(counts.missed());
    out.writeLong(counts.succeeded());
    out.writeLong(counts.failed());
    out.writeInt(state.running().size());
    for (ScheduleState.Running each : state.running()) {
      out.writeLong(each.slotMs());
      out.writeBoolean(each.cancelled());
    }
    out.writeInt(state.waiting().size());
    for (long each : state.waiting()) {
      out.writeLong(each);
    }
    out.writeInt(state.backfills().size());
    for (ScheduleState.Range each : state.backfills()) {
      out.writeLong(each.fromMs());
      out.writeLong(each.toMs());
      out.writeByte(code(each.overlap()));
    }
    write(out, state.carried());
    ScheduleSpec spec = state.setSpec();
    write(out, spec.definition());
    out.writeInt(spec.version());
    write(out, spec.cron());
    out.writeLong(spec.intervalMs());
    write(out, spec.timeZone());
    out.writeByte(code(spec.overlap()));
    out.writeLong(spec.catchUpMs());
    write(out, spec.input());
    out.writeBoolean(spec.carry());
    write(out, spec.tenant());
    out.writeByte(spec.priority());
  }

  /**
   * The schedule of {@link #toBytes}.
   *
   * @throws IllegalStateException when another version has written it
   */
  public static StoredSchedule of(byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    byte layout = in.get();
    if (layout != LAYOUT) {
      throw new IllegalStateException(
          "schedule record of layout %d; this engine reads layout %d: run the version that wrote it"
              .formatted(layout, LAYOUT));
    }
    long changeOffset = in.getLong();
    long reportOffset = in.getLong();
    long armedTimerMs = in.getLong();
    long incarnation = in.getLong();
    return new StoredSchedule(readState(in), changeOffset, reportOffset, armedTimerMs, incarnation);
  }

  private static ScheduleState readState(ByteBuffer in) {
    ScheduleState.Status status = status(in.get());
    long nextSequence = in.getLong();
    long cursorMs = in.getLong();
    long deletedAtMs = in.getLong();
    ScheduleState.Counts counts =
        new ScheduleState.Counts(
            in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    List<ScheduleState.Running> running =
        readList(in, each -> new ScheduleState.Running(each.getLong(), each.get() != 0));
    List<Long> waiting = readList(in, ByteBuffer::getLong);
    List<ScheduleState.Range> backfills =
        readList(
            in,
            each -> new ScheduleState.Range(each.getLong(), each.getLong(), policy(each.get())));
    Payload carried = readPayload(in);
    ScheduleSpec spec =
        new ScheduleSpec(
            readText(in),
            in.getInt(),
            readText(in),
            in.getLong(),
            readText(in),
            policy(in.get()),
            in.getLong(),
            readPayload(in),
            in.get() != 0,
            readText(in),
            in.get());
    return new ScheduleState(
        status,
        spec,
        nextSequence,
        cursorMs,
        deletedAtMs,
        running,
        waiting,
        backfills,
        carried,
        counts);
  }

  private static byte code(ScheduleState.Status status) {
    return switch (status) {
      case ABSENT -> throw new IllegalArgumentException("a schedule that is absent is not stored");
      case ACTIVE -> 1;
      case PAUSED -> 2;
      case DELETED -> 3;
    };
  }

  private static ScheduleState.Status status(byte code) {
    return switch (code) {
      case 1 -> ScheduleState.Status.ACTIVE;
      case 2 -> ScheduleState.Status.PAUSED;
      case 3 -> ScheduleState.Status.DELETED;
      default -> throw new IllegalStateException("schedule of an unknown status " + code);
    };
  }

  private static byte code(OverlapPolicy policy) {
    return switch (policy) {
      case SKIP -> 1;
      case QUEUE -> 2;
      case ALLOW -> 3;
      case CANCEL_PREVIOUS -> 4;
    };
  }

  private static OverlapPolicy policy(byte code) {
    return switch (code) {
      case 1 -> OverlapPolicy.SKIP;
      case 2 -> OverlapPolicy.QUEUE;
      case 3 -> OverlapPolicy.ALLOW;
      case 4 -> OverlapPolicy.CANCEL_PREVIOUS;
      default -> throw new IllegalStateException("schedule of an unknown overlap policy " + code);
    };
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readText(ByteBuffer in) {
    return new String(readBytes(in, in.getInt()), UTF_8);
  }

  /** A payload packs into at least one byte, so no bytes stand for none. */
  private static void write(DataOutputStream out, @Nullable Payload payload) throws IOException {
    byte[] packed = payload == null ? new byte[0] : PackedPayload.toBytes(payload);
    out.writeInt(packed.length);
    out.write(packed);
  }

  private static @Nullable Payload readPayload(ByteBuffer in) {
    byte[] packed = readBytes(in, in.getInt());
    return packed.length == 0 ? null : PackedPayload.of(packed);
  }

  private static byte[] readBytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static <T> List<T> readList(ByteBuffer in, Function<ByteBuffer, T> item) {
    List<T> items = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      items.add(item.apply(in));
    }
    return items;
  }
}
