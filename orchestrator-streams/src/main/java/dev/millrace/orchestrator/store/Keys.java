package dev.millrace.orchestrator.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;

/**
 * The keys of the one store. A first byte tells what a key is of: {@code w} a workflow's record,
 * {@code p} a payload that does not fit in it, {@code s} a start that waits, {@code t} a timer,
 * ordered by time.
 */
public final class Keys {
  private static final byte WORKFLOW = 'w';
  private static final byte PAYLOAD = 'p';
  private static final byte PARKED_START = 's';
  private static final byte TIMER = 't';

  private Keys() {}

  /** A workflow's record. */
  public static Bytes workflow(String workflowId) {
    return key(WORKFLOW, workflowId);
  }

  /** A workflow's start that waits. */
  static Bytes parkedStart(String workflowId) {
    return key(PARKED_START, workflowId);
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

  /** Before every start that waits. */
  static Bytes firstParkedStart() {
    return Bytes.wrap(new byte[] {PARKED_START});
  }

  /** Behind every start that waits. */
  static Bytes afterParkedStarts() {
    return Bytes.wrap(new byte[] {PARKED_START + 1});
  }

  /** A payload of a workflow. */
  static Bytes payload(String workflowId, int slot) {
    byte[] id = workflowId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(1 + id.length + Integer.BYTES)
            .put(PAYLOAD)
            .put(id)
            .putInt(slot)
            .array());
  }

  /** A workflow's timer; with an empty id, before all timers of that time. */
  static Bytes timer(long dueMs, String workflowId) {
    byte[] id = workflowId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(1 + Long.BYTES + id.length).put(TIMER).putLong(dueMs).put(id).array());
  }

  static boolean isTimer(Bytes key) {
    return key.get()[0] == TIMER;
  }

  /** When the timer of a key is due, in epoch milliseconds. */
  static long timerDueMs(Bytes timerKey) {
    return ByteBuffer.wrap(timerKey.get()).getLong(1);
  }

  /** Whose timer a key is. */
  static String timerWorkflowId(Bytes timerKey) {
    byte[] key = timerKey.get();
    int prefix = 1 + Long.BYTES;
    return new String(key, prefix, key.length - prefix, UTF_8);
  }

  private static Bytes key(byte kind, String workflowId) {
    byte[] id = workflowId.getBytes(UTF_8);
    byte[] key = new byte[1 + id.length];
    key[0] = kind;
    System.arraycopy(id, 0, key, 1, id.length);
    return Bytes.wrap(key);
  }
}
