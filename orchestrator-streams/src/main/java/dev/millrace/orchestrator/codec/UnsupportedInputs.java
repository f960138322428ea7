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

  /** Refuses every action but a cancel and a migration. */
  static void check(WorkflowControl control) throws MalformedRecordException {
    switch (control.getAction()) {
      case CANCEL -> {
        if (control.getDryRun()) {
          throw unsupported("dryRun is set for CANCEL", "send it without dryRun");
        }
      }
      case MIGRATE -> {}
      case UNKNOWN,
          TERMINATE,
          PAUSE,
          RESUME,
          SIGNAL,
          RETRY_STEP,
          RESOLVE_STEP,
          SKIP_STEP,
          RERUN,
          SET_PRIORITY ->
          throw unsupported("action is " + control.getAction(), "send CANCEL or MIGRATE");
    }
  }

  /** Refuses heartbeats and what is reported of branches. */
  static void check(StepCompletion completion) throws MalformedRecordException {
    switch (completion.getStatus()) {
      case SUCCEEDED, FAILED -> {}
      case UNKNOWN, RUNNING ->
          throw unsupported("status is " + completion.getStatus(), "send SUCCEEDED or FAILED");
    }
    if (completion.getBranch() >= 0) {
      throw unsupported("branch is " + completion.getBranch(), "leave it out");
    }
    if (!completion.getResults().isEmpty()) {
      throw unsupported(
          "results has %d items".formatted(completion.getResults().size()), "send one output");
    }
  }

  static MalformedRecordException unsupported(String what, String instead) {
    return new MalformedRecordException(
        "%s: not one that this engine knows; upgrade the engine or %s".formatted(what, instead),
        null);
  }
}
