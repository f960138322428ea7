package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.OutputEncoder;
import dev.millrace.orchestrator.codec.ScheduleDecoder;
import dev.millrace.orchestrator.codec.ScheduleEncoder;
import dev.millrace.orchestrator.codec.WorkflowMessages;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.metrics.TaskMeters;
import dev.millrace.orchestrator.store.WorkflowStore;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * What a stream task works with, for the parts that share its work.
 *
 * @param context the task, as Kafka Streams knows it
 * @param settings what the processor is told
 * @param decoder of what it reads
 * @param encoder of what it sends
 * @param scheduleDecoder of what it reads about schedules
 * @param scheduleEncoder of what schedules send
 * @param messages what workflows send to each other
 * @param definitions those that are registered
 * @param queues those that can be sent to
 * @param metrics of the engine
 * @param meters of the task
 * @param store its workflows
 * @param gate which steps must wait for their queues
 * @param report where it says how things stand there
 * @param tenants how many of their workflows are open, and whether more may begin
 * @param startsAreLeft whether starts are left in Kafka now
 */
record TaskResources(
    ProcessorContext<byte[], Outgoing> context,
    WorkflowProcessor.Settings settings,
    InputDecoder decoder,
    OutputEncoder encoder,
    ScheduleDecoder scheduleDecoder,
    ScheduleEncoder scheduleEncoder,
    WorkflowMessages messages,
    Definitions definitions,
    QueueDirectory queues,
    EngineMetrics metrics,
    TaskMeters meters,
    WorkflowStore store,
    TaskGate gate,
    QueueReport report,
    TenantIntake tenants,
    BooleanSupplier startsAreLeft) {}
