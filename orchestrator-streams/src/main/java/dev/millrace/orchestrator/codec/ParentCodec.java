package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.schemas.v1.ParentStep;
import org.jspecify.annotations.Nullable;

/** Who is told how a workflow ends, as the contract's record and as the core's data. Stateless. */
final class ParentCodec {
  private ParentCodec() {}

  static @Nullable ParentStep toAvro(@Nullable Parent parent) {
    return parent == null
        ? null
        : new ParentStep(
            parent.workflowId(), parent.step(), parent.attempt(), parent.depth(), parent.branch());
  }

  static @Nullable Parent fromAvro(@Nullable ParentStep parent) {
    return parent == null
        ? null
        : new Parent(
            parent.getWorkflowId(),
            parent.getStep(),
            parent.getBranch(),
            parent.getAttempt(),
            parent.getDepth());
  }
}
