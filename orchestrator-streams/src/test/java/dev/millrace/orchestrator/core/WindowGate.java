package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.Gate;
import dev.millrace.orchestrator.core.event.StepHeld;
import org.jspecify.annotations.Nullable;

/** A gate in a test: one window for all queues, in which priorities do not count. */
public final class WindowGate implements Gate {
  private int window;
  private int open;
  private int held;

  public WindowGate(int window) {
    this.window = window;
  }

  /** One that would answer the same, and is told nothing of what this one is. */
  WindowGate copy() {
    WindowGate copy = new WindowGate(window);
    copy.open = open;
    copy.held = held;
    return copy;
  }

  public void setWindow(int attempts) {
    window = attempts;
  }

  /** How many attempts are open. */
  public int open() {
    return open;
  }

  /** How many steps wait. */
  public int held() {
    return held;
  }

  @Override
  public StepHeld.@Nullable Reason hindrance(String queue, String type, int priority) {
    return open >= window ? StepHeld.Reason.QUEUE : null;
  }

  @Override
  public void changed(String queue, String type, int moreOpen, int moreHeld) {
    open += moreOpen;
    held += moreHeld;
  }

  @Override
  public void sent(String queue, String type) {}

  @Override
  public void judged(String queue, String type, boolean isFailed) {}
}
