package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putInt;
import static dev.millrace.orchestrator.codec.Packing.putLong;
import static dev.millrace.orchestrator.codec.Packing.putShort;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Plan;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One workflow as one packed record, read and changed in place, so that a step costs no decoding of
 * the others. Not thread-safe.
 *
 * <pre>
 * header     fixed fields at the AT_ offsets of WorkflowSummary
 * names      tenant (2-byte length), definition (1-byte length)
 * running:   input (2-byte length) | tables of PackedSteps | attachments
 * ended:     the result of a success, if it has one; else failure type and message (2-byte
 *            lengths), retryable
 * </pre>
 *
 * <p>Small outputs ride along as attachments, up to {@link #OUTPUT_BYTES} each and {@link
 * #OUTPUTS_BYTES} in all; larger ones, and a large input or result, have keys of their own: {@link
 * #spilled} hands them out. When the workflow ends, all but a summary is dropped.
 */
public final class PackedWorkflow extends PackedSlots implements WorkflowState {
  /** The slot of the items of a chunk of branches, which has a key of its own. */
  public static final int ITEMS_SLOT = 0xfffc;

  /** Largest packed input, and largest packed result, in bytes, that rides in the record. */
  public static final int INPUT_BYTES = 1024;

  /** The slot of the workflow's input; other slots are indexes of steps. */
  public static final int INPUT_SLOT = 0xffff;

  /** The slot of a definition that the start brought along; never rides in the record. */
  public static final int DEFINITION_SLOT = 0xfffe;

  /** The slot of the first signal that is kept; the others follow it. */
  public static final int FIRST_SIGNAL_SLOT = 0x20000;

  /** The slot of the progress of the first step; those of the others follow it. */
  public static final int FIRST_PROGRESS_SLOT = 0x30000;

  /** The slot of what the workflow returns. */
  public static final int RESULT_SLOT = 0xfffd;

  private static final int FLAG_INPUT = 2;
  private static final int FLAG_INPUT_SPILLED = 4;
  private static final int FLAG_DEFINITION_SPILLED = 8;

  /**
   * Records up to this size are copied when they are read; of larger ones only the first bytes are,
   * and changes to the rest wait until all is decided.
   */
  static final int COPIED_BYTES = 1024;

  private PackedWorkflow(byte[] bytes) {
    super(bytes);
  }

  private PackedWorkflow(byte[] header, byte[] stored) {
    super(header, stored);
  }

  /** A workflow of which nothing is known. */
  public static PackedWorkflow absent() {
    return absent(LAYOUT);
  }

  /** A chunk of branches of which nothing is known. */
  public static PackedWorkflow absentChunk() {
    return absent(CHUNK_LAYOUT);
  }

  private static PackedWorkflow absent(byte layout) {
    byte[] bytes = new byte[AT_TENANT + 3];
    bytes[AT_LAYOUT] = layout;
    Arrays.fill(bytes, AT_OFFSETS, AT_SEQUENCE, (byte) -1);
    return new PackedWorkflow(bytes);
  }

  /**
   * A workflow as it was stored. The array stays as it is until {@link #bytes()} is called; then it
   * may be the one that holds the changed workflow.
   *
   * @throws IllegalStateException when they have another layout than this version's
   */
  public static PackedWorkflow of(byte[] stored) {
    int table = stored.length > COPIED_BYTES ? getInt(stored, AT_TABLE) : 0;
    return table == 0
        ? new PackedWorkflow(stored.clone())
        : new PackedWorkflow(Arrays.copyOf(stored, table), stored);
  }

  /** A copy of a stored state, which another thread may be about to change in place. */
  public static PackedWorkflow copyOf(byte[] stored) {
    synchronized (stored) {
      return new PackedWorkflow(stored.clone());
    }
  }

  /**
   * The bytes to store: to be asked for as the last act of a transition, when nothing can fail any
   * more, since a large record that was given to {@link #of} is now changed in place. A copy of it
   * for each completion would cost more than all else. Afterwards the workflow must not be changed.
   */
  public byte[] bytes() {
    return written();
  }

  /** Remembers the highest offset of a source that has been applied to this workflow. */
  public void setAppliedOffset(InputSource source, long offset) {
    if (offset != appliedOffset(source)) { // that of another source in its place stays else
      putLong(bytes, AT_OFFSETS + source.slot() * Long.BYTES, source.stored(offset));
    }
  }

  /** Remembers when the timer that is armed for this workflow is due. */
  public void setArmedTimerMs(long dueMs) {
    putLong(bytes, AT_ARMED, dueMs);
  }

  /** Remembers which life of its stream task stores it. */
  public void setIncarnation(long incarnation) {
    putLong(bytes, AT_INCARNATION, incarnation);
  }

  /** Has a workflow that has not begun go on with the numbers of those that had its id before. */
  void follow(long sequence, int formerAttempts) {
    putLong(bytes, AT_SEQUENCE, sequence);
    putInt(bytes, AT_FORMER_ATTEMPTS, formerAttempts);
  }

  /** Whether the payload of a slot has a key of its own. */
  @Override
  public boolean isSpilled(int slot) {
    return switch (slot) {
      case INPUT_SLOT -> hasFlag(FLAG_INPUT_SPILLED);
      case DEFINITION_SLOT -> hasFlag(FLAG_DEFINITION_SPILLED);
      case RESULT_SLOT -> hasFlag(FLAG_RESULT_SPILLED);
      default -> {
        if (slot >= FIRST_PROGRESS_SLOT) {
          yield isProgressSpilled(slot - FIRST_PROGRESS_SLOT);
        }
        yield slot >= FIRST_SIGNAL_SLOT
            ? isSignalSpilled(slot - FIRST_SIGNAL_SLOT)
            : hasOutput(slot, StepEntry.OUTPUT_SPILLED);
      }
    };
  }

  @Override
  public boolean hasOwnDefinition() {
    return hasFlag(FLAG_DEFINITION_SPILLED);
  }

  /** Keeps a definition of the workflow's own, before it begins. */
  public void bringDefinition(byte[] definition) {
    setFlag(FLAG_DEFINITION_SPILLED);
    spilled.spill(DEFINITION_SLOT, new Payload("", definition));
  }

  /**
   * The payload of a slot when it rides in the record; null when there is none or it is spilled.
   */
  public @Nullable Payload riding(int slot) {
    if (slot == INPUT_SLOT) {
      int at = tailOffset();
      return hasFlag(FLAG_INPUT)
          ? PackedPayload.read(bytes, at + 2, at + 2 + getUnsignedShort(bytes, at))
          : null;
    }
    if (slot == RESULT_SLOT && status().hasEnded()) {
      return result();
    }
    if (slot >= FIRST_PROGRESS_SLOT) {
      return ridingProgress(slot - FIRST_PROGRESS_SLOT);
    }
    if (slot >= FIRST_SIGNAL_SLOT) {
      return ridingSignal(slot - FIRST_SIGNAL_SLOT);
    }
    byte[] packed = null;
    if (slot == RESULT_SLOT) {
      packed = attachment(Attachments.Kind.RESULT, 0);
    } else if (hasOutput(slot, StepEntry.OUTPUT_RIDES)) {
      packed = attachment(Attachments.Kind.OUTPUT, slot);
    }
    return packed == null ? null : PackedPayload.of(packed);
  }

  @Override
  public void begin(
      Plan plan, @Nullable Payload input, String tenant, int priority, long deadlineMs, long atMs) {
    byte[] tenantUtf8 = Packing.utf8("tenant", tenant, 0xffff);
    byte[] nameUtf8 = Packing.utf8("definition name", plan.definition(), 0xff);
    int inputSize = input == null ? 0 : PackedPayload.size(input);
    boolean spill = inputSize > INPUT_BYTES;
    int ridingSize = spill ? 0 : inputSize;
    int steps = plan.joins().length;
    int nameAt = AT_TENANT + 2 + tenantUtf8.length;
    int inputAt = nameAt + 1 + nameUtf8.length;
    int table = inputAt + 2 + ridingSize;
    boolean leavesResult = hasFlag(FLAG_RESULT_SPILLED); // of a workflow that had the id before
    become(Arrays.copyOf(bytes, table + steps * STEP_BYTES));
    bytes[AT_STATUS] = WorkflowStatus.RUNNING.code();
    bytes[AT_FLAGS] &= FLAG_DEFINITION_SPILLED;
    putLong(bytes, AT_ENDED, 0);
    putInt(bytes, AT_SUCCEEDED, 0);
    putInt(bytes, AT_FINISHED, 0);
    bytes[AT_PRIORITY] = (byte) priority;
    putLong(bytes, AT_STARTED, atMs);
    putLong(bytes, AT_DEADLINE, deadlineMs);
    putInt(bytes, AT_VERSION, plan.version());
    putLong(bytes, AT_FINGERPRINT, plan.fingerprint());
    putInt(bytes, AT_STEPS, steps);
    putInt(bytes, AT_FIRST_HELD, steps);
    putInt(bytes, AT_TABLE, table);
    putShort(bytes, AT_TENANT, tenantUtf8.length);
    System.arraycopy(tenantUtf8, 0, bytes, AT_TENANT + 2, tenantUtf8.length);
    bytes[nameAt] = (byte) nameUtf8.length;
    System.arraycopy(nameUtf8, 0, bytes, nameAt + 1, nameUtf8.length);
    putShort(bytes, inputAt, ridingSize);
    if (leavesResult) {
      spilled.release(List.of(RESULT_SLOT));
    }
    if (input != null && spill) {
      setFlag(FLAG_INPUT_SPILLED);
      spilled.spill(INPUT_SLOT, input);
    } else if (input != null) {
      setFlag(FLAG_INPUT);
      PackedPayload.write(input, bytes, inputAt + 2);
    }
    for (int step = 0; step < steps; step++) {
      setEntry(step, plan.joins()[step]);
    }
  }

  @Override
  public void open(int step, int attempt, long deadlineMs) {
    move(step, StepStatus.OPEN, deadlineMs);
    setAttempt(step, attempt);
  }

  @Override
  public void suspend(int step, int attempt, long deadlineMs) {
    move(step, StepStatus.SUSPENDED, deadlineMs);
    setAttempt(step, attempt);
  }

  @Override
  public void backOff(int step, long dueMs) {
    leave(step, StepStatus.BACKING_OFF, dueMs);
  }

  @Override
  public void hold(int step, long untilMs) {
    move(step, StepStatus.READY, untilMs);
  }

  @Override
  public void holdAtGate(int step, long sinceMs) {
    moveToGate(step, sinceMs);
  }

  @Override
  public void repeat(int step, long dueMs) {
    nextRound(step);
    endRound(step);
    move(step, StepStatus.BACKING_OFF, dueMs);
  }

  @Override
  public void succeed(int step, int attempt, @Nullable Payload output, boolean keepOutput) {
    dropUnfinishedBranches(step);
    leave(step, StepStatus.SUCCEEDED, NO_DEADLINE);
    setAttempt(step, attempt);
    if (output != null && keepOutput) {
      keep(step, output);
    }
  }

  @Override
  public void fail(int step) {
    dropBranches(step);
    leave(step, StepStatus.FAILED, NO_DEADLINE);
  }

  @Override
  public void skip(int step) {
    dropBranches(step);
    leave(step, StepStatus.SKIPPED, NO_DEADLINE);
  }

  @Override
  public void abandon(int step) {
    dropBranches(step);
    leave(step, StepStatus.ABANDONED, NO_DEADLINE);
  }

  @Override
  public void reset(int step, int join) {
    if (branches(step) != null) {
      spilled.dropBranches(step);
    }
    dropOutput(step);
    waitAgain(step, join);
    dropClocks(step);
    removeChild(step);
    setTurns(step, List.of());
  }

  @Override
  public void setFinishedSteps(int steps) {
    putInt(bytes, AT_FINISHED, steps);
  }

  @Override
  public void beginEnding(Outcome outcome, @Nullable Payload output) {
    setFlag(FLAG_ENDING);
    putLong(bytes, AT_DEADLINE, NO_DEADLINE);
    Failure failure = outcome.failure();
    byte[] why = failure == null ? new byte[0] : PackedFailure.toBytes(failure);
    byte[] packed = new byte[1 + why.length];
    packed[0] = outcome.status().code();
    System.arraycopy(why, 0, packed, 1, why.length);
    attach(Attachments.Kind.OUTCOME, 0, packed);
    if (outcome.status() == WorkflowStatus.SUCCEEDED) {
      attach(Attachments.Kind.TO_COMPENSATE, 0, null);
    }
    if (output != null && PackedPayload.size(output) <= INPUT_BYTES) {
      attach(Attachments.Kind.RESULT, 0, PackedPayload.toBytes(output));
    } else if (output != null) {
      setFlag(FLAG_RESULT_SPILLED);
      spilled.spill(RESULT_SLOT, output);
    }
  }

  @Override
  public void end(Outcome outcome, @Nullable Payload output, long atMs) {
    Payload result = output == null ? riding(RESULT_SLOT) : output;
    boolean resultIsSpilled = hasFlag(FLAG_RESULT_SPILLED) && outcome.failure() == null;
    List<Integer> released = spilledSlots();
    if (resultIsSpilled) {
      released.removeIf(slot -> slot == RESULT_SLOT);
    }
    spilled.release(released);
    int[] withBranches = stepsWithBranches();
    for (int step : withBranches) {
      dropBranches(step);
    }
    int highestAttempt = highestAttempt();
    int tail = tailOffset();
    byte[] last = new byte[0];
    Failure failure = outcome.failure();
    if (failure != null) {
      last = PackedFailure.toBytes(failure);
    } else if (result != null && PackedPayload.size(result) <= INPUT_BYTES) {
      last = PackedPayload.toBytes(result);
    } else if (result != null) {
      spilled.spill(RESULT_SLOT, result);
      resultIsSpilled = true;
    }
    byte[] summary = Arrays.copyOf(bytes, tail + last.length);
    System.arraycopy(last, 0, summary, tail, last.length);
    summary[AT_STATUS] = outcome.status().code();
    int hadBranches = withBranches.length > 0 ? FLAG_HAD_BRANCHES : 0;
    summary[AT_FLAGS] = (byte) ((resultIsSpilled ? FLAG_RESULT_SPILLED : 0) | hadBranches);
    putLong(summary, AT_ENDED, atMs);
    putInt(summary, AT_FORMER_ATTEMPTS, highestAttempt);
    putInt(summary, AT_OPEN, 0);
    putInt(summary, AT_HELD, 0);
    putInt(summary, AT_GATED, 0);
    putInt(summary, AT_TABLE, 0);
    become(summary);
  }

  @Override
  public void incrementSequence() {
    putLong(bytes, AT_SEQUENCE, nextSequence() + 1);
  }

  /** Whether branches of it may have records of their own, or may have had them. */
  public boolean hasBranches() {
    return status().hasEnded() ? hasFlag(FLAG_HAD_BRANCHES) : stepsWithBranches().length > 0;
  }
}
