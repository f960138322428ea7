package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.jspecify.annotations.Nullable;

/** Controls as the contract's record and as the core's data. Stateless. */
final class ControlCodec {
  private ControlCodec() {}

  /**
   * The control in a record.
   *
   * @throws MalformedRecordException when it breaks a limit, lacks what its action needs, or asks
   *     for what this engine cannot do
   */
  static DecodedControl fromAvro(WorkflowControl control) throws MalformedRecordException {
    UnsupportedInputs.check(control);
    InputDecoder.checkLength("id", control.getId(), Limits.NAME_CHARS);
    InputDecoder.checkLength("requestedBy", control.getRequestedBy(), Limits.WORKFLOW_ID_BYTES);
    String why = Failure.cut(control.getReason(), Limits.MESSAGE_CHARS);
    return new DecodedControl(
        new ControlRequested(control.getId(), asked(control, why)),
        new DecodedControl.Origin(control.getRequestedBy(), why));
  }

  private static Control asked(WorkflowControl control, String why)
      throws MalformedRecordException {
    return switch (control.getAction()) {
      case CANCEL -> new Control.Cancel(why, ParentCodec.fromAvro(control.getParent()));
      case TERMINATE -> new Control.Terminate(why);
      case PAUSE -> new Control.Pause();
      case RESUME -> new Control.Resume();
      case RETRY_STEP -> new Control.RetryStep(step(control));
      case RESOLVE_STEP -> new Control.ResolveStep(step(control), payload(control));
      case SKIP_STEP -> new Control.SkipStep(step(control));
      case RERUN -> new Control.Rerun(step(control));
      case SET_PRIORITY -> new Control.SetPriority(priority(control));
      case SIGNAL ->
          new Control.Signal(required(control, "name", control.getName()), payload(control));
      case MIGRATE -> new Control.Migrate(version(control), control.getDryRun());
      case UNKNOWN -> throw new IllegalStateException("not supported: " + control.getAction());
    };
  }

  private static String step(WorkflowControl control) throws MalformedRecordException {
    return required(control, "step", control.getStep());
  }

  private static String required(WorkflowControl control, String field, String value)
      throws MalformedRecordException {
    if (value.isEmpty()) {
      throw new MalformedRecordException(
          "%s needs %s, which is empty".formatted(control.getAction(), field), null);
    }
    InputDecoder.checkLength(field, value, Limits.NAME_CHARS);
    return value;
  }

  private static @Nullable Payload payload(WorkflowControl control)
      throws MalformedRecordException {
    return PayloadCodec.fromAvro(control.getPayload(), "payload");
  }

  private static int version(WorkflowControl control) throws MalformedRecordException {
    if (control.getVersion() < 1) {
      throw new MalformedRecordException(
          "MIGRATE needs the version of the definition to go on with, it is %d"
              .formatted(control.getVersion()),
          null);
    }
    return control.getVersion();
  }

  private static int priority(WorkflowControl control) throws MalformedRecordException {
    int priority = control.getPriority();
    if (priority < Limits.LOWEST_PRIORITY || priority > Limits.HIGHEST_PRIORITY) {
      throw new MalformedRecordException(
          "SET_PRIORITY needs priority %d to %d, it is %d"
              .formatted(Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY, priority),
          null);
    }
    return priority;
  }
}
