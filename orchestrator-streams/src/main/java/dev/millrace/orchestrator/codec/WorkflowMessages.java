package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What workflows send to each other, as records of the input topics, and to workers beside
 * commands. Not thread-safe.
 */
public final class WorkflowMessages {
  private final AvroCodec<WorkflowStart> starts;
  private final AvroCodec<WorkflowStart> children;
  private final AvroCodec<WorkflowControl> controls;
  private final AvroCodec<StepCompletion> completions;
  private final AvroCodec<AttemptCancellations> cancellations;

  public WorkflowMessages(Topics topics, SchemaRegistry registry) {
    starts = new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
    children = new AvroCodec<>(WorkflowStart.class, topics.children(), registry);
    controls = new AvroCodec<>(WorkflowControl.class, topics.controls(), registry);
    completions = new AvroCodec<>(StepCompletion.class, topics.completions(), registry);
    cancellations = new AvroCodec<>(AttemptCancellations.class, topics.cancellations(), registry);
  }

  /**
   * The start of another workflow.
   *
   * @param tenant owner of both
   * @param priority priority of both
   */
  public byte[] start(StartWorkflow start, String tenant, int priority) {
    AvroCodec<WorkflowStart> codec = start.parent() == null ? starts : children;
    return codec.encode(
        WorkflowStart.newBuilder()
            .setDefinition(start.definition())
            .setVersion(start.version())
            .setInput(PayloadCodec.toAvro(start.input()))
            .setTenant(tenant)
            .setPriority(priority)
            .setParent(ParentCodec.toAvro(start.parent()))
            .setOnDuplicate(DuplicatePolicy.REJECT)
            .build());
  }

  /** The cancellation of another workflow by its parent. */
  public byte[] cancellation(CancelWorkflow cancel) {
    return controls.encode(
        WorkflowControl.newBuilder()
            .setAction(ControlAction.CANCEL)
            .setReason(cancel.reason())
            .setRequestedBy(cancel.parent().workflowId())
            .setParent(ParentCodec.toAvro(cancel.parent()))
            .build());
  }

  /** Attempts that are not waited for any more, of steps of a definition. */
  public byte[] cancellations(CompiledDefinition definition, List<CancelAttempt> attempts) {
    List<CancelledAttempt> cancelled = new ArrayList<>(attempts.size());
    for (CancelAttempt each : attempts) {
      String step = definition.step(each.step()).id();
      cancelled.add(new CancelledAttempt(step, each.branch(), each.attempt(), each.reason()));
    }
    return cancellations.encode(new AttemptCancellations(cancelled));
  }

  /**
   * The end of a workflow, for its parent.
   *
   * @param failure why it did not succeed; null if it did
   */
  public byte[] end(Parent parent, @Nullable Payload output, @Nullable Failure failure) {
    return completions.encode(
        StepCompletion.newBuilder()
            .setStep(parent.step())
            .setBranch(parent.branch())
            .setAttempt(parent.attempt())
            .setStatus(failure == null ? CompletionStatus.SUCCEEDED : CompletionStatus.FAILED)
            .setOutput(PayloadCodec.toAvro(output))
            .setFailure(FailureCodec.toAvro(failure))
            .build());
  }
}
