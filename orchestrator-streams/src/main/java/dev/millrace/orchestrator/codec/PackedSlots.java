package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Attachments.Kind.OUTPUT_SLOT;
import static dev.millrace.orchestrator.codec.Packing.getInt;
import static dev.millrace.orchestrator.codec.Packing.putInt;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Under which numbers payloads have keys of their own, and how a record is laid out anew for
 * another definition: keys stay as they are, whatever indexes their steps get. Not thread-safe.
 */
abstract sealed class PackedSlots extends PackedClocks permits PackedWorkflow {
  /** The first number of outputs whose steps have indexes that are taken as numbers. */
  private static final int FIRST_OTHER_SLOT = 0x40000000;

  private static final int NO_STEP = -1;

  PackedSlots(byte[] bytes) {
    super(bytes);
  }

  PackedSlots(byte[] header, byte[] stored) {
    super(header, stored);
  }

  /**
   * The number under which a payload that is spilled has a key of its own: its slot, but for some
   * outputs and progress of a workflow that was migrated.
   */
  public int ownSlot(int slot) {
    if (slot < stepCount()) {
      return outputSlot(slot);
    }
    int progressOf = slot - PackedWorkflow.FIRST_PROGRESS_SLOT;
    return progressOf >= 0 && progressOf < stepCount() ? progressSlot(progressOf) : slot;
  }

  /** Whether a payload has a key of its own. */
  public abstract boolean isSpilled(int slot);

  /** The numbers under which payloads have keys of their own. */
  public List<Integer> spilledSlots() {
    List<Integer> slots = new ArrayList<>(0);
    for (int slot :
        new int[] {
          PackedWorkflow.INPUT_SLOT, PackedWorkflow.DEFINITION_SLOT, PackedWorkflow.RESULT_SLOT
        }) {
      if (isSpilled(slot)) {
        slots.add(slot);
      }
    }
    for (int step = 0; step < stepCount(); step++) {
      if (isSpilled(step)) {
        slots.add(ownSlot(step));
      }
    }
    addSpilled(slots, PackedWorkflow.FIRST_SIGNAL_SLOT, signals());
    addSpilled(slots, PackedWorkflow.FIRST_PROGRESS_SLOT, stepsWithClocks());
    return slots;
  }

  private void addSpilled(List<Integer> slots, int first, int[] keys) {
    for (int key : keys) {
      if (isSpilled(first + key)) {
        slots.add(ownSlot(first + key));
      }
    }
  }

  public void migrate(Plan plan, int[] former) {
    int[] slots = new int[former.length];
    int[] later = new int[stepCount()];
    Arrays.fill(later, NO_STEP);
    for (int step = 0; step < former.length; step++) {
      if (former[step] >= 0) {
        slots[step] = outputSlot(former[step]);
        later[former[step]] = step;
      }
    }
    for (int moved : keys(OUTPUT_SLOT)) {
      attach(OUTPUT_SLOT, moved, null);
    }
    for (int step : stepsWithClocks()) {
      keepProgressSlot(step, later[step]);
    }
    for (int step : keys(Attachments.Kind.TURNS)) {
      rename(Attachments.Kind.TURNS, step, later);
    }
    rename(Attachments.Kind.TO_COMPENSATE, 0, later);
    relay(plan, former);
    attachments.rekey(whole(), attachmentsOffset(), later);
    for (int step = 0; step < former.length; step++) {
      if (former[step] >= 0 && slots[step] != step && hasOutput(step, StepEntry.OUTPUT_SPILLED)) {
        attachSlot(step, slots[step]);
      }
    }
  }

  /** Keeps what the items of a batch have given until now. */
  public void keepResults(int step, Payload results) {
    dropOutput(step);
    setEntry(step, entry(step) & ~(StepEntry.OUTPUT_RIDES | StepEntry.OUTPUT_SPILLED));
    keep(step, results);
  }

  final void keep(int step, Payload output) {
    int size = PackedPayload.size(output);
    boolean rides = ridesInRecord(size);
    setEntry(step, entry(step) | (rides ? StepEntry.OUTPUT_RIDES : StepEntry.OUTPUT_SPILLED));
    if (rides) {
      become(
          attachments.append(
              whole(), Attachments.Kind.OUTPUT, step, PackedPayload.toBytes(output)));
    } else {
      spilled.spill(freeSlot(step), output);
    }
  }

  /** A number for the output of a step, which no other output has. */
  final int freeSlot(int step) {
    Set<Integer> taken = new HashSet<>();
    for (int moved : keys(OUTPUT_SLOT)) {
      taken.add(outputSlot(moved));
    }
    int slot = step;
    for (int next = FIRST_OTHER_SLOT; taken.contains(slot); next++) {
      slot = next;
    }
    if (slot != step) {
      attachSlot(step, slot);
    }
    return slot;
  }

  /** The output of a step is wanted no more. */
  final void dropOutput(int step) {
    if (hasOutput(step, StepEntry.OUTPUT_SPILLED)) {
      spilled.release(List.of(outputSlot(step)));
      attach(OUTPUT_SLOT, step, null);
    }
    attach(Attachments.Kind.OUTPUT, step, null);
  }

  /** Whether the output of a step is kept in one of the ways that flags of its entry tell. */
  final boolean hasOutput(int step, int flag) {
    int entry = status().hasEnded() ? 0 : entry(step);
    return !StepEntry.isWaiting(entry) && (entry & flag) != 0;
  }

  private int outputSlot(int step) {
    byte[] packed = attachment(OUTPUT_SLOT, step);
    return packed == null ? step : getInt(packed, 0);
  }

  private void attachSlot(int step, int slot) {
    byte[] packed = new byte[Integer.BYTES];
    putInt(packed, 0, slot);
    attach(OUTPUT_SLOT, step, packed);
  }

  /** Gives a list of steps the indexes that these have from now on; without those that are gone. */
  private void rename(Attachments.Kind kind, int key, int[] later) {
    int[] steps = Arrays.stream(steps(kind, key)).map(step -> later[step]).toArray();
    setSteps(kind, key, Arrays.stream(steps).filter(step -> step != NO_STEP).toArray());
  }

  private int[] keys(Attachments.Kind kind) {
    return attachments.keys(attached(), attachmentsOffset(), kind);
  }
}
