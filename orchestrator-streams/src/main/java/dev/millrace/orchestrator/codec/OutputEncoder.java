package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.PublishedEvents;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.CommandJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The core's events and effects as records of the output topics. Not thread-safe. */
public final class OutputEncoder {
  /** Scope of the events of a workflow and its steps. */
  private static final String OF_WORKFLOW = "";

  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<WorkflowEvents> events;

  /**
   * An encoder that registers the schemas of its records.
   *
   * @param anyQueue a queue whose topic's subject the command schema is registered under; it has
   *     the same id under the subjects of the others, for which {@link CommandSubjects} sees
   */
  public OutputEncoder(Topics topics, String anyQueue, SchemaRegistry registry) {
    commands = new AvroCodec<>(StepCommand.class, topics.commands(anyQueue), registry);
    events = new AvroCodec<>(WorkflowEvents.class, topics.events(), registry);
  }

  /**
   * The command of an attempt.
   *
   * @param branch which branch of the step, or {@link AttemptReported#NO_BRANCH}
   * @param payloads the workflow's payload in a slot: a step's output, or the input
   * @param asJson whether it is written as JSON
   */
  public byte[] command(
      String workflowId,
      CompiledDefinition definition,
      PackedWorkflow workflow,
      DispatchStep dispatch,
      int branch,
      IntFunction<@Nullable Payload> payloads,
      boolean asJson) {
    CompiledStep step = definition.step(dispatch.step());
    Payload input =
        dispatch.isMapped() ? dispatch.input() : payloads.apply(PackedWorkflow.INPUT_SLOT);
    List<StepOutput> outputs =
        dispatch.isMapped() ? List.of() : dependencies(definition, dispatch, payloads);
    StepCommand command =
        new StepCommand(
            workflowId,
            step.id(),
            dispatch.attempt(),
            step.type(),
            definition.name(),
            definition.version(),
            PayloadCodec.toAvro(input),
            outputs,
            workflow.tenant(),
            workflow.priority(),
            dispatch.deadlineMs() == WorkflowView.NO_DEADLINE
                ? null
                : Instant.ofEpochMilli(dispatch.deadlineMs()),
            branch,
            items(dispatch),
            PayloadCodec.toAvro(
                payloads.apply(PackedWorkflow.FIRST_PROGRESS_SLOT + dispatch.step())),
            step.limits().signMs());
    return asJson ? CommandJson.write(command) : commands.encode(command);
  }

  private static List<dev.millrace.schemas.v1.Payload> items(DispatchStep dispatch) {
    List<dev.millrace.schemas.v1.Payload> items = new ArrayList<>(dispatch.items().size());
    dispatch.items().forEach(item -> items.add(PayloadCodec.toAvro(item)));
    return items;
  }

  private static List<StepOutput> dependencies(
      CompiledDefinition definition,
      DispatchStep dispatch,
      IntFunction<@Nullable Payload> payloads) {
    Adjacency dependencies = definition.dependencies();
    List<@Nullable Payload> known = dispatch.outputs();
    int step = dispatch.step();
    int count = definition.step(step).dependencies();
    List<StepOutput> outputs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int dependency = dependencies.target(dependencies.start(step) + i);
      Payload output = known == null ? payloads.apply(dependency) : known.get(i);
      outputs.add(new StepOutput(definition.step(dependency).id(), PayloadCodec.toAvro(output)));
    }
    return outputs;
  }

  /**
   * The events of one input that are published, of which there is at least one.
   *
   * @param definition the one that the workflow had before the input
   * @param firstSequence sequence number of the first
   * @param source where the input came from; null for a timer
   * @param offset offset of the input; -1 for a timer
   * @param scope what of the workflow they are of; empty for the workflow
   * @param firstBranch number of the scope's first branch; 0 for the workflow
   * @param origin who asked for it, if it is a control
   */
  public byte[] events(
      CompiledDefinition definition,
      List<Event> decided,
      long firstSequence,
      long atMs,
      @Nullable InputSource source,
      long offset,
      String scope,
      int firstBranch,
      DecodedControl.Origin origin) {
    List<WorkflowEvent> records = new ArrayList<>(decided.size());
    CompiledDefinition current = definition;
    for (Event event : decided) {
      if (!PublishedEvents.include(current, event)) {
        continue;
      }
      WorkflowEvent record = EventEncoder.toAvro(current, event);
      if (firstBranch > 0 && record.getType() != EventType.BRANCHES_OPENED) {
        record.setNumber(firstBranch + record.getNumber());
      }
      records.add(record);
      if (event instanceof WorkflowMigrated migrated) {
        current = migrated.target();
      }
    }
    sign(records.getFirst(), origin);
    return events.encode(
        new WorkflowEvents(
            firstSequence,
            Instant.ofEpochMilli(atMs),
            eventSource(source),
            offset,
            records,
            scope));
  }

  /** The one event of a start that was refused. */
  public byte[] rejection(Failure failure, long atMs, long offset) {
    return events.encode(
        new WorkflowEvents(
            0L,
            Instant.ofEpochMilli(atMs),
            EventSource.START,
            offset,
            List.of(EventEncoder.rejected(failure)),
            OF_WORKFLOW));
  }

  /** The one event of a control of a workflow that has ended. */
  public byte[] refusal(
      ControlRefused refused, long sequence, long atMs, long offset, DecodedControl.Origin origin) {
    WorkflowEvent record = EventEncoder.refused(refused);
    sign(record, origin);
    return events.encode(
        new WorkflowEvents(
            sequence,
            Instant.ofEpochMilli(atMs),
            EventSource.CONTROL,
            offset,
            List.of(record),
            OF_WORKFLOW));
  }

  /** Says in the first event that a control caused who asked, and why where nothing else does. */
  private static void sign(WorkflowEvent first, DecodedControl.Origin origin) {
    if (first.getName().isEmpty()) {
      first.setName(origin.by());
    }
    switch (first.getType()) {
      case WORKFLOW_PAUSED, WORKFLOW_RESUMED, PRIORITY_CHANGED, STEPS_RESET ->
          first.setReason(origin.why());
      default -> {}
    }
  }

  private static EventSource eventSource(@Nullable InputSource source) {
    if (source == null) {
      return EventSource.TIMER;
    }
    return switch (source) {
      case START, CHILD -> EventSource.START;
      case CONTROL -> EventSource.CONTROL;
      case COMPLETION -> EventSource.COMPLETION;
    };
  }
}
