package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.ForkedWorkflow.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What should become of the workflows that branches have started. */
final class ReferenceChildren {
  private final List<Sent> underWay = new ArrayList<>();

  void started(Sent child) {
    underWay.add(child);
  }

  /** One has ended, and its parent knows. */
  void ended(int step, int branch, int attempt) {
    underWay.removeIf(
        child -> child.step() == step && child.branch() == branch && child.attempt() == attempt);
  }

  /**
   * Those that are not waited for any more have been cancelled, if they are to be, and no others.
   *
   * @param cancelled the ids of those that were
   */
  void check(List<String> cancelled, Predicate<Sent> isAwaited, Predicate<Sent> isToBeCancelled) {
    List<String> left = new ArrayList<>();
    for (Sent child : List.copyOf(underWay)) {
      if (!isAwaited.test(child)) {
        underWay.remove(child);
        if (isToBeCancelled.test(child)) {
          left.add(child.child());
        }
      }
    }
    assertThat(cancelled).as("what is cancelled").containsExactlyInAnyOrderElementsOf(left);
  }
}
