package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.ControlAction;
import java.util.Locale;

/** The commands that ask the engine for something to be done to a workflow. */
public enum Control {
  CANCEL(ControlAction.CANCEL, "cancel workflows; compensations and finally steps still run"),
  TERMINATE(ControlAction.TERMINATE, "end workflows at once"),
  PAUSE(ControlAction.PAUSE, "start no more steps of workflows"),
  RESUME(ControlAction.RESUME, "go on with workflows that are paused"),
  SIGNAL(ControlAction.SIGNAL, "give workflows a signal"),
  RETRY(ControlAction.RETRY_STEP, "try a failed step again"),
  RESOLVE(ControlAction.RESOLVE_STEP, "take a step for done, with an output given by hand"),
  SKIP(ControlAction.SKIP_STEP, "go on without a step"),
  RERUN(ControlAction.RERUN, "run a step and all that follows it again"),
  PRIORITY(ControlAction.SET_PRIORITY, "change the priority of workflows"),
  MIGRATE(ControlAction.MIGRATE, "go on with another version of the definition");

  private final ControlAction action;
  private final String does;

  Control(ControlAction action, String does) {
    this.action = action;
    this.does = does;
  }

  /** The name of its command. */
  String verb() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What goes into the record. */
  ControlAction action() {
    return action;
  }

  /** What it asks the engine to do. */
  String does() {
    return does;
  }

  /** The options that it alone has, to be filled by picocli. */
  ControlDetails details() {
    return switch (this) {
      case CANCEL, TERMINATE, PAUSE, RESUME -> new ControlDetails.None();
      case RETRY, SKIP, RERUN -> new ControlDetails.OfStep();
      case RESOLVE -> new ControlDetails.Resolution();
      case SIGNAL -> new ControlDetails.Signal();
      case PRIORITY -> new ControlDetails.Priority();
      case MIGRATE -> new ControlDetails.Version();
    };
  }
}
