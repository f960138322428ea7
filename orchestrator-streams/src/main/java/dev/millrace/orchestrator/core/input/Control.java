package dev.millrace.orchestrator.core.input;

import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/** What somebody can ask of a workflow that runs. */
public sealed interface Control {
  /**
   * End, after compensations and finally steps.
   *
   * @param reason why, for people
   * @param parent the workflow that was started for this is meant, and no other; null for whichever
   *     has the id
   */
  record Cancel(String reason, @Nullable Parent parent) implements Control {
    /** A cancel of whichever workflow has the id. */
    public Cancel(String reason) {
      this(reason, null);
    }
  }

  /**
   * End at once; nothing is undone and no finally step runs.
   *
   * @param reason why, for people
   */
  record Terminate(String reason) implements Control {}

  /** Start no more steps. */
  record Pause() implements Control {}

  /** Start steps again. */
  record Resume() implements Control {}

  /**
   * Something that a step waits for has happened.
   *
   * @param name which of the things that steps wait for
   * @param payload what there is to say about it
   */
  record Signal(String name, @Nullable Payload payload) implements Control {}

  /**
   * Try a step again that failed while the workflow went on.
   *
   * @param step id of the step
   */
  record RetryStep(String step) implements Control {}

  /**
   * Take a step that is not done as one that succeeded.
   *
   * @param step id of the step
   * @param output what it is taken to have returned
   */
  record ResolveStep(String step, @Nullable Payload output) implements Control {}

  /**
   * Take a step that is not done as one whose condition does not hold.
   *
   * @param step id of the step
   */
  record SkipStep(String step) implements Control {}

  /**
   * Run a step that is done again, and all that depends on it.
   *
   * @param step id of the step
   */
  record Rerun(String step) implements Control {}

  /**
   * Have another priority from here on.
   *
   * @param priority 0 (lowest) to 9 (highest)
   */
  record SetPriority(int priority) implements Control {}

  /**
   * Go on with another version of the definition.
   *
   * @param version that version
   * @param dryRun whether only to say what would change, and what stands against it
   */
  record Migrate(int version, boolean dryRun) implements Control {}
}
