package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.StepAction;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A workflow that a step starts, in the making. One thread. */
public final class ChildBuilder {
  private int version;
  private @Nullable String id;
  private @Nullable String input;
  private boolean detached;
  private @Nullable Boolean cancelled;

  private ChildBuilder() {}

  static StepAction of(String definition, Consumer<ChildBuilder> details) {
    ChildBuilder child = new ChildBuilder();
    details.accept(child);
    return new StepAction.StartChild(
        definition,
        child.version,
        child.id,
        child.input,
        child.detached,
        Objects.requireNonNullElse(child.cancelled, !child.detached));
  }

  /** Version of its definition; 0, as without, means the highest there is. */
  public ChildBuilder version(int version) {
    this.version = version;
    return this;
  }

  /** Its id, in which <code>${...}</code> may stand. */
  public ChildBuilder id(String template) {
    this.id = template;
    return this;
  }

  /** Template of its input, as in {@link StepBuilder}; without, the workflow's own is handed on. */
  public ChildBuilder input(@Nullable Object template) {
    this.input = JsonText.of(template);
    return this;
  }

  /** Has the step succeed as soon as the other workflow is started. */
  public ChildBuilder detached() {
    this.detached = true;
    return this;
  }

  /**
   * Whether it is cancelled when the workflow ends before it. Without, it is, unless it is
   * detached.
   */
  public ChildBuilder cancelled(boolean cancelled) {
    this.cancelled = cancelled;
    return this;
  }
}
