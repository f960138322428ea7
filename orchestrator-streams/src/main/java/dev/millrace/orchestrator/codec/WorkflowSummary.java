package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.getLong;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/**
 * What a packed workflow says about itself as a whole, read from its first bytes however many steps
 * it has; all that is left of one that has ended. Not thread-safe.
 */
public sealed class WorkflowSummary permits PackedSteps {
  static final byte LAYOUT = 5;

  /** The same layout, of a chunk of branches rather than a workflow. */
  static final byte CHUNK_LAYOUT = LAYOUT | 0x40;

  static final int AT_LAYOUT = 0;
  static final int AT_STATUS = 1;
  static final int AT_PRIORITY = 2;
  static final int AT_FLAGS = 3;
  static final int AT_ARMED = 4;
  static final int AT_OFFSETS = 12;
  static final int AT_SEQUENCE = 36;
  static final int AT_STARTED = 44;
  static final int AT_DEADLINE = 52;
  static final int AT_ENDED = 60;
  static final int AT_VERSION = 68;
  static final int AT_STEPS = 72;
  static final int AT_SUCCEEDED = 76;
  static final int AT_OPEN = 80;
  static final int AT_TABLE = 84;
  static final int AT_FINGERPRINT = 88;
  static final int AT_INCARNATION = 96;
  static final int AT_FINISHED = 104;
  static final int AT_HELD = 108;
  static final int AT_FIRST_HELD = 112;
  static final int AT_FORMER_ATTEMPTS = 116;
  static final int AT_GATED = 120;
  static final int AT_TENANT = 124;

  /** What the workflow returned has a key of its own; stands in the flags after the end, too. */
  static final int FLAG_RESULT_SPILLED = 128;

  static final int FLAG_PAUSED = 32;

  /** Of a workflow that has ended: records of branches may be left, which go with the summary. */
  static final int FLAG_HAD_BRANCHES = 1;

  byte[] bytes;

  WorkflowSummary(byte[] bytes) {
    if (bytes[AT_LAYOUT] != LAYOUT && bytes[AT_LAYOUT] != CHUNK_LAYOUT) {
      throw new IllegalStateException(
          "workflow record of layout %d; this engine reads layout %d: run the version that wrote it"
              .formatted(bytes[AT_LAYOUT], LAYOUT));
    }
    this.bytes = bytes;
  }

  /**
   * The summary of a workflow as it was stored, from the given bytes, which it does not copy. When
   * they are a large running workflow's, another thread may be changing them in place: numbers read
   * then can be of two neighbouring states.
   *
   * @throws IllegalStateException when they have another layout than this version's
   */
  public static WorkflowSummary of(byte[] stored) {
    return new WorkflowSummary(stored);
  }

  /** Where the workflow is in its life. */
  public WorkflowStatus status() {
    return WorkflowStatus.ofCode(bytes[AT_STATUS]);
  }

  /** The sequence number that its next event gets. */
  public long nextSequence() {
    return getLong(bytes, AT_SEQUENCE);
  }

  /** When it times out, in epoch milliseconds, or {@link WorkflowView#NO_DEADLINE}. */
  public long deadlineMs() {
    return getLong(bytes, AT_DEADLINE);
  }

  /** How many steps its definition has. */
  public int stepCount() {
    return getInt(bytes, AT_STEPS);
  }

  /** How many steps have succeeded. */
  public int succeededSteps() {
    return getInt(bytes, AT_SUCCEEDED);
  }

  /** How many steps, compensations aside, are done with. */
  public int finishedSteps() {
    return getInt(bytes, AT_FINISHED);
  }

  /** How many steps may start and are held. */
  public int heldSteps() {
    return getInt(bytes, AT_HELD);
  }

  /** How many of these are held for their queues. */
  public int gatedSteps() {
    return getInt(bytes, AT_GATED);
  }

  /** How many steps have a command out. */
  public int openSteps() {
    return getInt(bytes, AT_OPEN);
  }

  /** When the workflow started, in epoch milliseconds. */
  public long startedAtMs() {
    return getLong(bytes, AT_STARTED);
  }

  /** When the workflow ended, in epoch milliseconds; 0 while it has not. */
  public long endedAtMs() {
    return getLong(bytes, AT_ENDED);
  }

  /** 0 (lowest) to 9 (highest). */
  public int priority() {
    return bytes[AT_PRIORITY];
  }

  /** Its owner; empty for the default tenant. */
  public String tenant() {
    return new String(bytes, AT_TENANT + 2, getUnsignedShort(bytes, AT_TENANT), UTF_8);
  }

  /** Name of the definition that the workflow is pinned to. */
  public String definition() {
    int at = nameOffset();
    return new String(bytes, at + 1, bytes[at] & 0xff, UTF_8);
  }

  /** Version of the definition that the workflow is pinned to. */
  public int version() {
    return getInt(bytes, AT_VERSION);
  }

  /** Tells the content of that definition from any other under the same name and version. */
  public long definitionFingerprint() {
    return getLong(bytes, AT_FINGERPRINT);
  }

  /** Why the workflow ended, unless it succeeded or still runs. */
  public @Nullable Failure failure() {
    int at = tailOffset();
    boolean hasFailed = status().hasEnded() && status() != WorkflowStatus.SUCCEEDED;
    return hasFailed ? PackedFailure.read(bytes, at) : null;
  }

  /** What the workflow returned, when it succeeded and that is small enough to be here. */
  public @Nullable Payload result() {
    int at = tailOffset();
    return status() == WorkflowStatus.SUCCEEDED && at < bytes.length
        ? PackedPayload.read(bytes, at, bytes.length)
        : null;
  }

  /** The highest offset of a source that has been applied to this workflow; -1 for none. */
  public long appliedOffset(InputSource source) {
    return source.offset(getLong(bytes, AT_OFFSETS + source.slot() * Long.BYTES));
  }

  /**
   * When the timer that is armed for this workflow is due; {@link WorkflowView#NO_DEADLINE} for
   * none.
   */
  public long armedTimerMs() {
    return getLong(bytes, AT_ARMED);
  }

  /**
   * The highest attempt of any step of the workflows that had this id before: attempts are never
   * used twice, so that a late completion of theirs fits none of this one's.
   */
  public final int formerAttempts() {
    return getInt(bytes, AT_FORMER_ATTEMPTS);
  }

  /** Which life of its stream task has stored it last; 0 for none. */
  public long incarnation() {
    return getLong(bytes, AT_INCARNATION);
  }

  /** Whether it is a chunk of branches rather than a workflow. */
  public boolean isChunk() {
    return bytes[AT_LAYOUT] == CHUNK_LAYOUT;
  }

  /** Whether no command goes out until somebody resumes it. */
  public boolean isPaused() {
    return !status().hasEnded() && hasFlag(FLAG_PAUSED);
  }

  final boolean hasFlag(int flag) {
    return (bytes[AT_FLAGS] & flag) != 0;
  }

  final void setFlag(int flag) {
    bytes[AT_FLAGS] |= (byte) flag;
  }

  final void clearFlag(int flag) {
    bytes[AT_FLAGS] &= (byte) ~flag;
  }

  /** Where the definition's name lies: behind the tenant. */
  final int nameOffset() {
    return AT_TENANT + 2 + getUnsignedShort(bytes, AT_TENANT);
  }

  /** Where all that is not fixed in place begins: behind the names. */
  final int tailOffset() {
    int at = nameOffset();
    return at + 1 + (bytes[at] & 0xff);
  }
}
