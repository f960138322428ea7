package dev.millrace.perf.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The engine of the limit loop: answers a start or a completion with the command of the next step
 * of the chain, and the last completion with an end on the events topic. It remembers nothing: the
 * completion names its step, the key its workflow, and the workflow's input is the workload's.
 */
public final class LimitLoopEngine implements RecordLoop.Answerer {
  private final WorkflowDefinition definition;
  private final Map<String, StepDefinition> next = new HashMap<>();
  private final Payload input = new Payload("", ByteBuffer.wrap(Workload.input()));
  private final AvroCodec<WorkflowStart> starts;
  private final AvroCodec<StepCompletion> completions;
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<WorkflowEvents> events;

  LimitLoopEngine(Workload workload, SchemaRegistry registry) {
    definition = workload.definition();
    List<StepDefinition> steps = definition.steps();
    for (int i = 1; i < steps.size(); i++) {
      next.put(steps.get(i - 1).id(), steps.get(i));
    }
    starts = new AvroCodec<>(WorkflowStart.class, RunPlan.TOPICS.starts(), registry);
    completions = new AvroCodec<>(StepCompletion.class, RunPlan.TOPICS.completions(), registry);
    commands =
        new AvroCodec<>(StepCommand.class, RunPlan.TOPICS.commands(Workload.QUEUE), registry);
    events = new AvroCodec<>(WorkflowEvents.class, RunPlan.TOPICS.events(), registry);
  }

  /** Takes one argument: the file of the run's plan. */
  public static void main(String[] args) throws Exception {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    Workload workload = Workload.named(plan.workload());
    SchemaRegistry registry = plan.connectRegistry();
    RecordLoop.run(
        plan,
        "limit-engine",
        List.of(RunPlan.TOPICS.starts(), RunPlan.TOPICS.completions()),
        plan.engineThreads(),
        () -> new LimitLoopEngine(workload, registry));
  }

  @Override
  public ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> read)
      throws MalformedRecordException {
    if (read.topic().equals(RunPlan.TOPICS.starts())) {
      WorkflowStart start = starts.decode(read.value());
      return command(read.key(), definition.steps().getFirst(), start.getPriority(), List.of());
    }
    StepCompletion completion = completions.decode(read.value());
    StepDefinition step = next.get(completion.getStep());
    return step == null
        ? end(read)
        : command(
            read.key(),
            step,
            5,
            List.of(new StepOutput(completion.getStep(), completion.getOutput())));
  }

  private ProducerRecord<byte[], byte[]> command(
      byte[] key, StepDefinition step, int priority, List<StepOutput> dependencies) {
    String workflowId = new String(key, UTF_8);
    StepCommand command =
        new StepCommand(
            workflowId,
            step.id(),
            1,
            step.action() instanceof StepAction.Work work ? work.type() : step.id(),
            definition.name(),
            definition.version(),
            input,
            dependencies,
            "",
            priority,
            null,
            -1,
            List.of(),
            null,
            0L);
    return new ProducerRecord<>(
        RunPlan.TOPICS.commands(Workload.QUEUE),
        (workflowId + "/" + step.id()).getBytes(UTF_8),
        commands.encode(command));
  }

  private ProducerRecord<byte[], byte[]> end(ConsumerRecord<byte[], byte[]> read) {
    WorkflowEvent ended =
        new WorkflowEvent(
            EventType.WORKFLOW_SUCCEEDED, "", 0, null, null, null, null, "", List.of(), "", 0L);
    WorkflowEvents record =
        new WorkflowEvents(
            0L, Instant.now(), EventSource.COMPLETION, read.offset(), List.of(ended), "");
    return new ProducerRecord<>(RunPlan.TOPICS.events(), read.key(), events.encode(record));
  }
}
