package dev.millrace.orchestrator.codec;

import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.wire.MalformedRecordException;

/**
 * What the contract can say and this engine cannot do. Such a record is refused as a whole: what is
 * left of it would be another order than the one that was given. Stateless.
 */
final class UnsupportedInputs {
  private UnsupportedInputs() {}

  /** Refuses what is no action, and any but a migration as a dry run. */
  static void check(WorkflowControl control) throws MalformedRecordException {
    switch (control.getAction()) {
      case CANCEL,
          TERMINATE,
          PAUSE,
          RESUME,
          SIGNAL,
          RETRY_STEP,
          RESOLVE_STEP,
          SKIP_STEP,
          RERUN,
          SET_PRIORITY -> {
        if (control.getDryRun()) {
          throw unsupported("dryRun is set for " + control.getAction(), "send it without dryRun");
        }
      }
      case MIGRATE -> {}
      case UNKNOWN -> throw unsupported("action is UNKNOWN", "send another");
    }
  }

  /** Refuses what says neither that an attempt goes on nor how it ended. */
  static void check(StepCompletion completion) throws MalformedRecordException {
    switch (completion.getStatus()) {
      case SUCCEEDED, FAILED, RUNNING -> {}
      case UNKNOWN -> throw unsupported("status is UNKNOWN", "send SUCCEEDED, FAILED or RUNNING");
    }
  }

  static MalformedRecordException unsupported(String what, String instead) {
    return new MalformedRecordException(
        "%s: not one that this engine knows; upgrade the engine or %s".formatted(what, instead),
        null);
  }
}
