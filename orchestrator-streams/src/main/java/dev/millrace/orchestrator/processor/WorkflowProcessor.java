package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.OutputEncoder;
import dev.millrace.orchestrator.codec.ScheduleDecoder;
import dev.millrace.orchestrator.codec.ScheduleEncoder;
import dev.millrace.orchestrator.codec.WorkflowMessages;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * The one processor: takes starts, controls, completions, schedules and timers of its partition and
 * moves workflows and schedules on. No record stops it: what it cannot take goes to the dead
 * letters.
 */
public final class WorkflowProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
  private final Settings settings;
  private final InputDecoder decoder;
  private final OutputEncoder encoder;
  private final ScheduleDecoder scheduleDecoder;
  private final ScheduleEncoder scheduleEncoder;
  private final WorkflowMessages messages;
  private final Definitions definitions;
  private final QueueDirectory queues;
  private final EngineMetrics metrics;
  private final FlowControl flow;

  private @Nullable WorkflowTask task;

  /**
   * What a processor is told.
   *
   * @param storeName name of the workflow store
   * @param topics names of the topics
   * @param retention how long the summary of an ended workflow is kept
   * @param definitionWait how long a start waits for its definition and queues to be known
   * @param controlWait how long a control waits for the start of its workflow
   * @param timerTick how often due timers are looked for
   * @param jsonQueues queues whose commands are written as JSON
   */
  public record Settings(
      String storeName,
      Topics topics,
      Duration retention,
      Duration definitionWait,
      Duration controlWait,
      Duration timerTick,
      Set<String> jsonQueues) {
    public Settings {
      jsonQueues = Set.copyOf(jsonQueues);
    }
  }

  public WorkflowProcessor(
      Settings settings,
      SchemaRegistry registry,
      Definitions definitions,
      QueueDirectory queues,
      EngineMetrics metrics,
      FlowControl flow) {
    this.settings = settings;
    this.decoder = new InputDecoder(settings.topics(), registry);
    this.encoder = new OutputEncoder(settings.topics(), "default", registry);
    this.scheduleDecoder = new ScheduleDecoder(settings.topics(), registry);
    this.scheduleEncoder = new ScheduleEncoder(settings.topics(), registry);
    this.messages = new WorkflowMessages(settings.topics(), registry);
    this.definitions = definitions;
    this.queues = queues;
    this.metrics = metrics;
    this.flow = flow;
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> context) {
    WorkflowStore store = new WorkflowStore(context.getStateStore(settings.storeName()));
    WorkflowTask created =
        new WorkflowTask(
            new TaskResources(
                context,
                settings,
                decoder,
                encoder,
                scheduleDecoder,
                scheduleEncoder,
                messages,
                definitions,
                queues,
                metrics,
                metrics.ofTask(
                    (queue, openMs, handlerMs) ->
                        flow.report().ends(queue).addWait(openMs, handlerMs)),
                store,
                new TaskGate(
                    store.held(), flow, context.taskId().partition(), context::currentSystemTimeMs),
                flow.report(),
                new TenantIntake(
                    flow.report().workflows().ofTask(context.taskId().partition()), flow.windows()),
                flow.startsAreLeft()));
    context.schedule(
        settings.timerTick(), PunctuationType.WALL_CLOCK_TIME, timestamp -> created.tick());
    task = created;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task == null) {
      throw new IllegalStateException("processor used before init");
    }
    task.process(record);
  }

  @Override
  public void close() {
    if (task != null) {
      task.close();
    }
  }
}
