package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putInt;
import static dev.millrace.orchestrator.codec.Packing.putLong;
import static dev.millrace.orchestrator.codec.Packing.putShort;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
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
 * running:   input (2-byte length) | step table | deadline table, once one is needed | outputs
 * ended:     failure type and message (2-byte lengths), retryable; nothing for a success
 * </pre>
 *
 * <p>The step table has 2 bytes a step, the deadline table 6. Small outputs ride along, up to
 * {@link #OUTPUT_BYTES} each and {@link #OUTPUTS_BYTES} in all; larger ones, and a large input,
 * have keys of their own: {@link #spilled} hands them out. When the workflow ends, all but a
 * summary is dropped.
 */
public final class PackedWorkflow extends WorkflowSummary implements WorkflowState {
  /** Largest packed output, in bytes, that rides in the record. */
  public static final int OUTPUT_BYTES = 256;

  /** Most bytes of outputs that ride in the record. */
  public static final int OUTPUTS_BYTES = 4 * 1024;

  /** Largest packed input, in bytes, that rides in the record. */
  public static final int INPUT_BYTES = 1024;

  /** The slot of the workflow's input; other slots are indexes of steps. */
  public static final int INPUT_SLOT = 0xffff;

  /** The slot of a definition that the start brought along; never rides in the record. */
  public static final int DEFINITION_SLOT = 0xfffe;

  private static final int FLAG_DEADLINES = 1;
  private static final int FLAG_INPUT = 2;
  private static final int FLAG_INPUT_SPILLED = 4;
  private static final int FLAG_DEFINITION_SPILLED = 8;

  private static final int STEP_BYTES = 2;
  private static final int TIME_BYTES = 6;

  /**
   * Records up to this size are copied when they are read; of larger ones only the first bytes are,
   * and changes to the rest wait until all is decided.
   */
  static final int COPIED_BYTES = 1024;

  private final RidingOutputs outputs = new RidingOutputs();

  /** The tables and outputs: in the same array as the header, or in another. */
  private RecordBody body;

  private boolean headerIsApart;

  private final SpilledPayloads spilled = new SpilledPayloads();

  private PackedWorkflow(byte[] bytes) {
    super(bytes);
    body = RecordBody.owned(bytes);
  }

  private PackedWorkflow(byte[] header, byte[] stored) {
    super(header);
    body = RecordBody.shared(stored);
    headerIsApart = true;
  }

  /** A workflow of which nothing is known. */
  public static PackedWorkflow absent() {
    byte[] bytes = new byte[AT_TENANT + 3];
    bytes[AT_LAYOUT] = LAYOUT;
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

  /**
   * The bytes to store: to be asked for as the last act of a transition, when nothing can fail any
   * more, since a large record that was given to {@link #of} is now changed in place. A copy of it
   * for each completion would cost more than all else. Afterwards the workflow must not be changed.
   */
  public byte[] bytes() {
    return whole(body.write());
  }

  @Override
  public StepStatus stepStatus(int step) {
    return StepEntry.status(entry(step));
  }

  @Override
  public int remainingDependencies(int step) {
    return StepEntry.remainingDependencies(entry(step));
  }

  @Override
  public int attempt(int step) {
    return StepEntry.attempt(entry(step));
  }

  @Override
  public long stepDeadlineMs(int step) {
    return hasFlag(FLAG_DEADLINES) ? body.timeAt(deadlineOffset(step)) : NO_DEADLINE;
  }

  @Override
  public long earliestDeadlineMs() {
    if (status().hasEnded()) {
      return NO_DEADLINE;
    }
    long earliest = deadlineMs();
    if (hasFlag(FLAG_DEADLINES)) {
      for (int step = 0; step < stepCount(); step++) {
        long deadline = stepDeadlineMs(step);
        if (deadline != NO_DEADLINE && (earliest == NO_DEADLINE || deadline < earliest)) {
          earliest = deadline;
        }
      }
    }
    return earliest;
  }

  /** Remembers the highest offset of a source that has been applied to this workflow. */
  public void setAppliedOffset(InputSource source, long offset) {
    putLong(bytes, AT_OFFSETS + source.slot() * Long.BYTES, offset);
  }

  /** Remembers when the timer that is armed for this workflow is due. */
  public void setArmedTimerMs(long dueMs) {
    putLong(bytes, AT_ARMED, dueMs);
  }

  /** What is to be stored before this record and deleted after it. */
  public SpilledPayloads spilled() {
    return spilled;
  }

  /** Remembers which life of its stream task stores it. */
  public void setIncarnation(long incarnation) {
    putLong(bytes, AT_INCARNATION, incarnation);
  }

  /** Whether the payload of a slot has a key of its own. */
  public boolean isSpilled(int slot) {
    return switch (slot) {
      case INPUT_SLOT -> hasFlag(FLAG_INPUT_SPILLED);
      case DEFINITION_SLOT -> hasFlag(FLAG_DEFINITION_SPILLED);
      default -> hasOutput(slot, StepEntry.OUTPUT_SPILLED);
    };
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
    return hasOutput(slot, StepEntry.OUTPUT_RIDES)
        ? outputs.find(body.array(), outputsOffset(), slot)
        : null;
  }

  @Override
  public void begin(
      CompiledDefinition definition,
      @Nullable Payload input,
      String tenant,
      int priority,
      long deadlineMs,
      long atMs) {
    byte[] tenantUtf8 = Packing.utf8("tenant", tenant, 0xffff);
    byte[] nameUtf8 = Packing.utf8("definition name", definition.name(), 0xff);
    int inputSize = input == null ? 0 : PackedPayload.size(input);
    boolean spill = inputSize > INPUT_BYTES;
    int ridingSize = spill ? 0 : inputSize;
    int steps = definition.stepCount();
    int nameAt = AT_TENANT + 2 + tenantUtf8.length;
    int inputAt = nameAt + 1 + nameUtf8.length;
    int table = inputAt + 2 + ridingSize;
    become(Arrays.copyOf(bytes, table + steps * STEP_BYTES));
    bytes[AT_STATUS] = WorkflowStatus.RUNNING.code();
    bytes[AT_PRIORITY] = (byte) priority;
    putLong(bytes, AT_STARTED, atMs);
    putLong(bytes, AT_DEADLINE, deadlineMs);
    putInt(bytes, AT_VERSION, definition.version());
    putLong(bytes, AT_FINGERPRINT, definition.fingerprint());
    putInt(bytes, AT_STEPS, steps);
    putInt(bytes, AT_TABLE, table);
    putShort(bytes, AT_TENANT, tenantUtf8.length);
    System.arraycopy(tenantUtf8, 0, bytes, AT_TENANT + 2, tenantUtf8.length);
    bytes[nameAt] = (byte) nameUtf8.length;
    System.arraycopy(nameUtf8, 0, bytes, nameAt + 1, nameUtf8.length);
    putShort(bytes, inputAt, ridingSize);
    if (input != null && spill) {
      setFlag(FLAG_INPUT_SPILLED);
      spilled.spill(INPUT_SLOT, input);
    } else if (input != null) {
      setFlag(FLAG_INPUT);
      PackedPayload.write(input, bytes, inputAt + 2);
    }
    for (int step = 0; step < steps; step++) {
      String id = definition.step(step).id();
      setEntry(step, StepEntry.waiting(id, definition.dependencies().degree(step)));
    }
  }

  @Override
  public void open(int step, int attempt, long deadlineMs) {
    setEntry(step, StepEntry.open(attempt));
    setDeadline(step, deadlineMs);
    putInt(bytes, AT_OPEN, openSteps() + 1);
  }

  @Override
  public void backOff(int step, long dueMs) {
    close(step, StepStatus.BACKING_OFF);
    setDeadline(step, dueMs);
  }

  @Override
  public void succeed(int step, @Nullable Payload output, boolean keepOutput) {
    close(step, StepStatus.SUCCEEDED);
    putInt(bytes, AT_SUCCEEDED, succeededSteps() + 1);
    if (output != null && keepOutput) {
      keep(step, output);
    }
  }

  @Override
  public void fail(int step) {
    close(step, StepStatus.FAILED);
  }

  @Override
  public void decrementRemainingDependencies(int step) {
    setEntry(step, entry(step) - 1);
  }

  @Override
  public void end(WorkflowStatus status, @Nullable Failure failure, long atMs) {
    spilled.release(spilledSlots());
    int tail = tailOffset();
    byte[] why = failure == null ? new byte[0] : PackedFailure.toBytes(failure);
    byte[] summary = Arrays.copyOf(bytes, tail + why.length);
    System.arraycopy(why, 0, summary, tail, why.length);
    summary[AT_STATUS] = status.code();
    summary[AT_FLAGS] = 0;
    putLong(summary, AT_ENDED, atMs);
    putInt(summary, AT_OPEN, 0);
    putInt(summary, AT_TABLE, 0);
    become(summary);
  }

  @Override
  public void incrementSequence() {
    putLong(bytes, AT_SEQUENCE, nextSequence() + 1);
  }

  private void close(int step, StepStatus status) {
    setEntry(step, StepEntry.with(entry(step), status));
    setDeadline(step, NO_DEADLINE);
    putInt(bytes, AT_OPEN, openSteps() - 1);
  }

  private void setDeadline(int step, long deadlineMs) {
    if (!hasFlag(FLAG_DEADLINES)) {
      if (deadlineMs == NO_DEADLINE) {
        return;
      }
      insertDeadlineTable();
    }
    body.setTime(deadlineOffset(step), deadlineMs);
  }

  private void insertDeadlineTable() {
    whole(body.own());
    int at = outputsOffset();
    int size = stepCount() * TIME_BYTES;
    byte[] grown = Arrays.copyOf(bytes, bytes.length + size);
    System.arraycopy(bytes, at, grown, at + size, bytes.length - at);
    Arrays.fill(grown, at, at + size, (byte) 0);
    become(grown);
    outputs.moved();
    setFlag(FLAG_DEADLINES);
  }

  private void keep(int step, Payload output) {
    int size = PackedPayload.size(output);
    boolean rides =
        size <= OUTPUT_BYTES && body.array().length - outputsOffset() + size <= OUTPUTS_BYTES;
    setEntry(step, entry(step) | (rides ? StepEntry.OUTPUT_RIDES : StepEntry.OUTPUT_SPILLED));
    if (rides) {
      become(outputs.append(whole(body.own()), step, output, size));
    } else {
      spilled.spill(step, output);
    }
  }

  /** Slots whose payloads have keys of their own. */
  public List<Integer> spilledSlots() {
    List<Integer> slots = new ArrayList<>(0);
    for (int slot : new int[] {INPUT_SLOT, DEFINITION_SLOT}) {
      if (isSpilled(slot)) {
        slots.add(slot);
      }
    }
    for (int step = 0; step < stepCount(); step++) {
      if (isSpilled(step)) {
        slots.add(step);
      }
    }
    return slots;
  }

  private boolean hasOutput(int step, int flag) {
    int entry = status().hasEnded() ? 0 : entry(step);
    return !StepEntry.isWaiting(entry) && (entry & flag) != 0;
  }

  private int entry(int step) {
    return body.shortAt(stepOffset(step));
  }

  private void setEntry(int step, int entry) {
    body.setShort(stepOffset(step), entry);
  }

  /** Brings the header to the array of the body. */
  private byte[] whole(byte[] array) {
    if (headerIsApart) {
      System.arraycopy(bytes, 0, array, 0, bytes.length);
      bytes = array;
      headerIsApart = false;
    }
    return array;
  }

  private void become(byte[] whole) {
    bytes = whole;
    body = RecordBody.owned(whole);
    headerIsApart = false;
  }

  private int stepOffset(int step) {
    return getInt(bytes, AT_TABLE) + step * STEP_BYTES;
  }

  private int deadlineOffset(int step) {
    return stepOffset(stepCount()) + step * TIME_BYTES;
  }

  private int outputsOffset() {
    int steps = stepCount();
    return stepOffset(steps) + (hasFlag(FLAG_DEADLINES) ? steps * TIME_BYTES : 0);
  }
}
