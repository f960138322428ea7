package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What of a workflow's payloads is to be done outside of its record: those to be put before the
 * record is stored, and those to be deleted after it. Not thread-safe.
 */
public final class SpilledPayloads {
  private List<Spilled> spilled = List.of();
  private List<Integer> released = List.of();
  private List<Integer> dropped = new ArrayList<>(0);

  SpilledPayloads() {}

  /**
   * A payload that does not fit in the record.
   *
   * @param slot index of the step whose output it is, {@link PackedWorkflow#INPUT_SLOT} or {@link
   *     PackedWorkflow#DEFINITION_SLOT}
   */
  public record Spilled(int slot, Payload payload) {}

  /** Payloads that must be stored under keys of their own before the record is; once. */
  public List<Spilled> take() {
    List<Spilled> taken = spilled;
    spilled = List.of();
    return taken;
  }

  /** Slots whose own keys are to be deleted after the record is stored; once. */
  public List<Integer> takeReleased() {
    List<Integer> taken = released;
    released = List.of();
    return taken;
  }

  /** A payload that is still to be stored; null when there is none for a slot. */
  public @Nullable Payload pending(int slot) {
    for (Spilled each : spilled) {
      if (each.slot() == slot) {
        return each.payload();
      }
    }
    return null;
  }

  void spill(int slot, Payload payload) {
    if (spilled.isEmpty()) {
      spilled = new ArrayList<>(1);
    }
    spilled.removeIf(each -> each.slot() == slot);
    spilled.add(new Spilled(slot, payload));
    if (released.contains(slot)) { // of former contents: its key is written over
      released = released.stream().filter(each -> each != slot).toList();
    }
  }

  /** Steps whose branches are to be forgotten after the record is stored; once. */
  public List<Integer> takeDroppedBranches() {
    List<Integer> taken = dropped;
    dropped = new ArrayList<>(0);
    return taken;
  }

  /** Whether the branches of a step are to be forgotten, which the caller then does at once. */
  public boolean takeDroppedBranches(int step) {
    return dropped.removeIf(each -> each == step);
  }

  void dropBranches(int step) {
    if (!dropped.contains(step)) {
      dropped.add(step);
    }
  }

  void release(List<Integer> slots) {
    if (spilled.stream().anyMatch(each -> slots.contains(each.slot()))) {
      spilled = new ArrayList<>(spilled);
      spilled.removeIf(each -> slots.contains(each.slot()));
    }
    released =
        released.isEmpty()
            ? slots
            : Stream.concat(released.stream(), slots.stream()).distinct().toList();
  }
}
