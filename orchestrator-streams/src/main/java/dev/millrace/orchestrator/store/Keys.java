package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * The keys of the one store. A first byte tells what a key is of: {@code w} a workflow's record,
 * {@code b} that of a chunk of branches, {@code p} a payload that does not fit in it, {@code s} a
 * start that waits, {@code c} controls that wait, {@code r} the result of a step, {@code h} a
 * schedule, {@code t} a timer, {@code q} a {@linkplain HeldKey step that waits for its queue}. A
 * timer's key goes on with when it is due and with the first byte of the record that armed it, so
 * that two records of one workflow id never share a timer.
 */
public final class Keys {
  private static final byte WORKFLOW = 'w';
  private static final byte CHUNK = 'b';
  private static final byte PAYLOAD = 'p';
  private static final byte PARKED_START = 's';
  private static final byte PARKED_CONTROLS = 'c';
  private static final byte RESULT = 'r';
  private static final byte SCHEDULE = 'h';
  private static final byte TIMER = 't';
  static final byte HELD = 'q';

  /** Kind, time and owner of a timer, before the id. */
  private static final int TIMER_PREFIX = 1 + Long.BYTES + 1;

  private Keys() {}

  /** A workflow's record. */
  public static Bytes workflow(String workflowId) {
    return key(WORKFLOW, workflowId);
  }

  /** A record of a workflow id. */
  static Bytes record(RecordKind kind, String workflowId) {
    return key(firstByte(kind), workflowId);
  }

  /** The id in a workflow's key. */
  public static String workflowId(Bytes workflowKey) {
    byte[] key = workflowKey.get();
    return new String(key, 1, key.length - 1, UTF_8);
  }

  /** Before every workflow's key. */
  public static Bytes firstWorkflow() {
    return Bytes.wrap(new byte[] {WORKFLOW});
  }

  /** Behind every workflow's key. */
  public static Bytes afterWorkflows() {
    return Bytes.wrap(new byte[] {WORKFLOW + 1});
  }

  /** Right behind a workflow's key. */
  public static Bytes behindWorkflow(String workflowId) {
    return key(WORKFLOW, workflowId + '\0');
  }

  /** A schedule's record. */
  public static Bytes schedule(String scheduleId) {
    return key(SCHEDULE, scheduleId);
  }

  /** Before every schedule's key. */
  public static Bytes firstSchedule() {
    return first(RecordKind.SCHEDULE);
  }

  /** Behind every schedule's key. */
  public static Bytes afterSchedules() {
    return after(RecordKind.SCHEDULE);
  }

  /** Before every record of a kind. */
  static Bytes first(RecordKind kind) {
    return Bytes.wrap(new byte[] {firstByte(kind)});
  }

  /** Behind every record of a kind. */
  static Bytes after(RecordKind kind) {
    return Bytes.wrap(new byte[] {(byte) (firstByte(kind) + 1)});
  }

  /** A chunk of branches. */
  public static Bytes chunk(ChunkId chunk) {
    return key(CHUNK, chunk.text());
  }

  /** The text of a chunk's id in its key. */
  static String chunkText(Bytes chunkKey) {
    return workflowId(chunkKey);
  }

  static boolean isChunk(Bytes key) {
    return key.get()[0] == CHUNK;
  }

  /** The record of the workflow that a chunk belongs to. */
  static Bytes workflowOf(Bytes chunkKey) {
    byte[] key = chunkKey.get();
    int end = 1;
    while (key[end] != ChunkId.SEPARATOR) {
      end++;
    }
    byte[] workflow = Arrays.copyOf(key, end);
    workflow[0] = WORKFLOW;
    return Bytes.wrap(workflow);
  }

  /** Before every chunk whose text begins so. */
  static Bytes firstChunk(String prefix) {
    return key(CHUNK, prefix);
  }

  /** Before every payload of chunks whose text begins so. */
  static Bytes firstPayloadOfChunks(String prefix) {
    return key(PAYLOAD, prefix);
  }

  /** Behind every key that begins with one. */
  static Bytes behind(Bytes first) {
    byte[] behind = first.get().clone();
    behind[behind.length - 1]++;
    return Bytes.wrap(behind);
  }

  /** A payload of a workflow or a chunk. */
  public static Bytes payload(String workflowId, int slot) {
    byte[] id = workflowId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(1 + id.length + Integer.BYTES)
            .put(PAYLOAD)
            .put(id)
            .putInt(slot)
            .array());
  }

  /** Behind the payloads of a workflow, but for some that a migration moved and its end forgets. */
  static Bytes behindPayloads(String workflowId) {
    return payload(workflowId, 1 << 24);
  }

  /** The timer that one of a workflow id's records has armed. */
  static Bytes timer(long dueMs, RecordKind kind, String workflowId) {
    byte[] id = workflowId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(TIMER_PREFIX + id.length)
            .put(TIMER)
            .putLong(dueMs)
            .put(firstByte(kind))
            .put(id)
            .array());
  }

  /** Before all timers of that time. */
  static Bytes firstTimer(long dueMs) {
    return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES).put(TIMER).putLong(dueMs).array());
  }

  static boolean isTimer(Bytes key) {
    return key.get()[0] == TIMER;
  }

  static boolean isHeld(Bytes key) {
    return key.get()[0] == HELD;
  }

  /** When the timer of a key is due, in epoch milliseconds. */
  static long timerDueMs(Bytes timerKey) {
    return ByteBuffer.wrap(timerKey.get()).getLong(1);
  }

  /** Which record of its workflow id armed the timer of a key. */
  static RecordKind timerKind(Bytes timerKey) {
    byte first = timerKey.get()[TIMER_PREFIX - 1];
    for (RecordKind kind : RecordKind.values()) {
      if (firstByte(kind) == first) {
        return kind;
      }
    }
    throw new IllegalStateException(
        "timer of an unknown kind %d; run the version that wrote it".formatted(first));
  }

  /** Whose timer a key is. */
  static String timerWorkflowId(Bytes timerKey) {
    byte[] key = timerKey.get();
    return new String(key, TIMER_PREFIX, key.length - TIMER_PREFIX, UTF_8);
  }

  private static byte firstByte(RecordKind kind) {
    return switch (kind) {
      case WORKFLOW -> WORKFLOW;
      case CHUNK -> CHUNK;
      case PARKED_START -> PARKED_START;
      case PARKED_CONTROLS -> PARKED_CONTROLS;
      case RESULT -> RESULT;
      case SCHEDULE -> SCHEDULE;
    };
  }

  private static Bytes key(byte kind, String workflowId) {
    byte[] id = workflowId.getBytes(UTF_8);
    byte[] key = new byte[1 + id.length];
    key[0] = kind;
    System.arraycopy(id, 0, key, 1, id.length);
    return Bytes.wrap(key);
  }
}
