package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.codec.Packing.getUnsignedShort;
import static dev.millrace.orchestrator.codec.Packing.putShort;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a workflow for the sake of controls. A signal is: how its payload is stored (1
 * byte), its name (2-byte length), the payload if it rides. Not thread-safe.
 */
abstract sealed class PackedControls extends PackedAttachments permits PackedClocks {

  /** How a kept signal's payload is stored. */
  private static final byte NO_PAYLOAD = 0;

  private static final byte RIDES = 1;
  private static final byte SPILLED = 2;

  PackedControls(byte[] bytes) {
    super(bytes);
  }

  PackedControls(byte[] header, byte[] stored) {
    super(header, stored);
  }

  public void setPaused(boolean paused) {
    if (paused) {
      setFlag(FLAG_PAUSED);
    } else {
      clearFlag(FLAG_PAUSED);
    }
  }

  public void setPriority(int priority) {
    bytes[AT_PRIORITY] = (byte) priority;
  }

  public int[] turns(int step) {
    return steps(Attachments.Kind.TURNS, step);
  }

  public void setTurns(int step, List<Integer> dependents) {
    setSteps(
        Attachments.Kind.TURNS, step, dependents.stream().mapToInt(Integer::intValue).toArray());
  }

  public boolean hasApplied(String controlId) {
    byte[] known = runs() ? attachment(Attachments.Kind.CONTROL_IDS, 0) : null;
    return known != null && ControlIds.contains(known, controlId);
  }

  /** Remembers that a control with an id has been applied, unless the workflow has ended. */
  public void rememberControl(String id) {
    if (runs()) {
      byte[] known = attachment(Attachments.Kind.CONTROL_IDS, 0);
      byte[] all = ControlIds.with(known == null ? new byte[0] : known, id);
      attach(Attachments.Kind.CONTROL_IDS, 0, all);
    }
  }

  public int keptSignals() {
    return signals().length;
  }

  public int keptSignal(String name) {
    for (int signal : signals()) {
      byte[] packed = signal(signal);
      if (name.equals(new String(packed, 3, payloadAt(packed) - 3, UTF_8))) {
        return signal;
      }
    }
    return WorkflowView.NO_SIGNAL;
  }

  public void keepSignal(String name, @Nullable Payload payload) {
    int key = 0;
    int[] taken = signals();
    while (contains(taken, key)) {
      key++;
    }
    int size = payload == null ? 0 : PackedPayload.size(payload);
    boolean rides = ridesInRecord(size);
    byte[] utf8 = Packing.utf8("name of a signal", name, 0xffff);
    byte[] packed = new byte[3 + utf8.length + (rides ? size : 0)];
    packed[0] = payload == null ? NO_PAYLOAD : rides ? RIDES : SPILLED;
    putShort(packed, 1, utf8.length);
    System.arraycopy(utf8, 0, packed, 3, utf8.length);
    if (payload != null && rides) {
      PackedPayload.write(payload, packed, payloadAt(packed));
    } else if (payload != null) {
      spilled.spill(PackedWorkflow.FIRST_SIGNAL_SLOT + key, payload);
    }
    attach(Attachments.Kind.SIGNAL, key, packed);
  }

  public void dropSignal(int signal) {
    if (isSignalSpilled(signal)) {
      spilled.release(List.of(PackedWorkflow.FIRST_SIGNAL_SLOT + signal));
    }
    attach(Attachments.Kind.SIGNAL, signal, null);
  }

  /** The signals that are kept, oldest first. */
  final int[] signals() {
    return runs()
        ? attachments.keys(attached(), attachmentsOffset(), Attachments.Kind.SIGNAL)
        : new int[0];
  }

  final boolean isSignalSpilled(int signal) {
    return signal(signal)[0] == SPILLED;
  }

  final @Nullable Payload ridingSignal(int signal) {
    byte[] packed = signal(signal);
    return packed[0] == RIDES ? PackedPayload.read(packed, payloadAt(packed), packed.length) : null;
  }

  private byte[] signal(int key) {
    byte[] packed = runs() ? attachment(Attachments.Kind.SIGNAL, key) : null;
    if (packed == null) {
      throw new IllegalStateException("no signal %d is kept".formatted(key));
    }
    return packed;
  }

  private static int payloadAt(byte[] packed) {
    return 3 + getUnsignedShort(packed, 1);
  }

  private static boolean contains(int[] keys, int key) {
    return Arrays.stream(keys).anyMatch(each -> each == key);
  }

  private boolean runs() {
    return status() == WorkflowStatus.RUNNING;
  }
}
