package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getTime;
import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;
import static dev.millrace.orchestrator.codec.Packing.putTime;

import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.schemas.Limits;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The clocks of steps that have more than one, and how far their attempts have come: four times of
 * {@link Clocks}, how the progress is stored (1 byte), the progress if it rides, or which number it
 * has from {@link PackedWorkflow#FIRST_PROGRESS_SLOT} on, when that is not its step's (2 bytes).
 * Not thread-safe.
 */
abstract sealed class PackedClocks extends PackedControls permits PackedSlots {
  private static final int TIME_BYTES = 6;
  private static final int AT_PROGRESS = 4 * TIME_BYTES;
  private static final byte NO_PROGRESS = 0;
  private static final byte RIDES = 1;
  private static final byte SPILLED = 2;

  PackedClocks(byte[] bytes) {
    super(bytes);
  }

  PackedClocks(byte[] header, byte[] stored) {
    super(header, stored);
  }

  public Clocks clocks(int step) {
    byte[] packed = watch(step);
    return packed == null
        ? Clocks.NONE
        : new Clocks(
            getTime(packed, 0),
            getTime(packed, TIME_BYTES),
            getTime(packed, 2 * TIME_BYTES),
            getTime(packed, 3 * TIME_BYTES));
  }

  public void setClocks(int step, Clocks clocks) {
    byte[] former = watch(step);
    if (former == null && clocks.equals(Clocks.NONE)) {
      return;
    }
    byte[] packed = former == null ? new byte[AT_PROGRESS + 1] : former;
    putTime(packed, 0, clocks.startByMs());
    putTime(packed, TIME_BYTES, clocks.closeByMs());
    putTime(packed, 2 * TIME_BYTES, clocks.overallByMs());
    putTime(packed, 3 * TIME_BYTES, clocks.heartbeatByMs());
    boolean isEmpty = clocks.equals(Clocks.NONE) && packed[AT_PROGRESS] == NO_PROGRESS;
    attach(Attachments.Kind.CLOCKS, step, isEmpty ? null : packed);
  }

  public void hear(int step, long deadlineMs) {
    setDeadline(step, deadlineMs);
  }

  public void keepProgress(int step, Payload progress) {
    byte[] former = watch(step);
    byte[] clocks = Arrays.copyOf(former == null ? new byte[0] : former, AT_PROGRESS + 1);
    if (clocks[AT_PROGRESS] == SPILLED) {
      spilled.release(List.of(progressSlot(step)));
    }
    attach(Attachments.Kind.CLOCKS, step, null);
    int size = PackedPayload.size(progress);
    boolean rides = ridesInRecord(size);
    byte[] packed = Arrays.copyOf(clocks, AT_PROGRESS + 1 + (rides ? size : 0));
    packed[AT_PROGRESS] = rides ? RIDES : SPILLED;
    if (rides) {
      PackedPayload.write(progress, packed, AT_PROGRESS + 1);
    } else {
      int own = freeProgress(step);
      packed = withOwn(packed, step, own);
      spilled.spill(PackedWorkflow.FIRST_PROGRESS_SLOT + own, progress);
    }
    attach(Attachments.Kind.CLOCKS, step, packed);
  }

  /** Moves a step that may have waited for another workflow or had an attempt. */
  final void leave(int step, StepStatus next, long deadlineMs) {
    switch (move(step, next, deadlineMs)) {
      case SUSPENDED -> removeChild(step);
      case OPEN, BACKING_OFF, READY -> {
        if (next == StepStatus.BACKING_OFF) {
          setClocks(step, clocks(step).between());
        } else {
          dropClocks(step);
        }
      }
      case WAITING, SUCCEEDED, FAILED, SKIPPED, ABANDONED -> {}
    }
  }

  /** Another round of the step begins: how far the last one came is of no use to it. */
  final void endRound(int step) {
    removeChild(step);
    Clocks clocks = clocks(step).between();
    dropClocks(step);
    setClocks(step, clocks);
  }

  final void dropClocks(int step) {
    if (isProgressSpilled(step)) {
      spilled.release(List.of(progressSlot(step)));
    }
    attach(Attachments.Kind.CLOCKS, step, null);
  }

  final boolean isProgressSpilled(int step) {
    byte[] packed = watch(step);
    return packed != null && packed[AT_PROGRESS] == SPILLED;
  }

  /** Under which number the progress of a step is spilled. */
  final int progressSlot(int step) {
    return PackedWorkflow.FIRST_PROGRESS_SLOT + ownProgress(step);
  }

  /** The progress of a step, if it is spilled, keeps its number when the step gets an index. */
  final void keepProgressSlot(int step, int later) {
    byte[] packed = watch(step);
    if (packed != null && packed[AT_PROGRESS] == SPILLED) {
      attach(Attachments.Kind.CLOCKS, step, withOwn(packed, later, ownProgress(step)));
    }
  }

  private int ownProgress(int step) {
    byte[] packed = watch(step);
    return packed != null && packed[AT_PROGRESS] == SPILLED && packed.length > AT_PROGRESS + 1
        ? getUnsignedShort(packed, AT_PROGRESS + 1)
        : step;
  }

  /** A number for the progress of a step, which no other has: its own, or one beyond all steps. */
  private int freeProgress(int step) {
    Set<Integer> taken = new HashSet<>();
    for (int other : stepsWithClocks()) {
      if (isProgressSpilled(other)) {
        taken.add(ownProgress(other));
      }
    }
    int own = step;
    for (int next = Limits.STEPS; taken.contains(own); next++) {
      own = next;
    }
    return own;
  }

  private static byte[] withOwn(byte[] packed, int step, int own) {
    boolean isStep = own == step;
    byte[] with = Arrays.copyOf(packed, AT_PROGRESS + 1 + (isStep ? 0 : Short.BYTES));
    if (!isStep) {
      putShort(with, AT_PROGRESS + 1, own);
    }
    return with;
  }

  final @Nullable Payload ridingProgress(int step) {
    byte[] packed = watch(step);
    return packed != null && packed[AT_PROGRESS] == RIDES
        ? PackedPayload.read(packed, AT_PROGRESS + 1, packed.length)
        : null;
  }

  /** The steps that have clocks, or of whose progress something is known. */
  final int[] stepsWithClocks() {
    return status() == WorkflowStatus.RUNNING
        ? attachments.keys(attached(), attachmentsOffset(), Attachments.Kind.CLOCKS)
        : new int[0];
  }

  private byte @Nullable [] watch(int step) {
    return status() == WorkflowStatus.RUNNING ? attachment(Attachments.Kind.CLOCKS, step) : null;
  }
}
