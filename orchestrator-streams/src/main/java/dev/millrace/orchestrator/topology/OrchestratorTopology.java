package dev.millrace.orchestrator.topology;

import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.processor.DefinitionProcessor;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.processor.Outgoing;
import dev.millrace.orchestrator.processor.QueueDirectory;
import dev.millrace.orchestrator.processor.QueueSettingsProcessor;
import dev.millrace.orchestrator.processor.WorkflowProcessor;
import dev.millrace.orchestrator.store.CacheBudget;
import dev.millrace.orchestrator.store.OutputsBeforeState;
import dev.millrace.orchestrator.store.WorkflowStores;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.BytesDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * Starts, also of children, controls, completions and schedules flow into one processor with one
 * store, and commands, events and dead letters out of it: one sub-topology, no repartition topic.
 * Definitions are a global store, and what operators set for queues is read as one.
 */
public final class OrchestratorTopology {
  /** The store of workflows; its name is part of the changelog topic's. */
  public static final String WORKFLOWS_STORE = "workflows";

  private static final String DEFINITIONS_STORE = "definitions";
  private static final String QUEUE_SETTINGS_STORE = "queue-settings";

  /** Its place among the names of sources decides on the ids of tasks, and so on their folders. */
  private static final String QUEUE_SETTINGS_TOPIC = "queue-settings-topic";

  private static final String INPUTS = "inputs";
  private static final String WORKFLOW_PROCESSOR = "workflow-processor";
  private static final String OUTPUTS = "outputs";

  private OrchestratorTopology() {}

  /**
   * The topology.
   *
   * @param settings of the processor
   * @param registry where schemas are registered, at once, and looked up; an outage is waited for
   * @param definitions where the definitions of the topic go
   * @param queues which queues commands can be sent to
   * @param cache how much the changes since the last commit may take
   * @param flow how much may be under way at the queues
   * @param rule holds state back until outputs are acknowledged; null under exactly-once
   */
  public static Topology build(
      WorkflowProcessor.Settings settings,
      SchemaRegistry registry,
      Definitions definitions,
      QueueDirectory queues,
      EngineMetrics metrics,
      CacheBudget cache,
      FlowControl flow,
      @Nullable OutputsBeforeState rule) {
    Topics topics = settings.topics();
    SchemaRegistry forDefinitions = definitions.forReading(registry);
    SchemaRegistry forInputs = definitions.forInputs(registry);
    Topology topology = new Topology();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(DEFINITIONS_STORE), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled(),
        "definitions-topic",
        new AnyTimestamp(),
        new BytesDeserializer(),
        new ByteArrayDeserializer(),
        topics.definitions(),
        "definition-processor",
        () ->
            new DefinitionProcessor(
                DEFINITIONS_STORE, new DefinitionDecoder(topics, forDefinitions), definitions));
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(QUEUE_SETTINGS_STORE),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withLoggingDisabled(),
        QUEUE_SETTINGS_TOPIC,
        new AnyTimestamp(),
        new BytesDeserializer(),
        new ByteArrayDeserializer(),
        topics.queueSettings(),
        "queue-settings-processor",
        () -> new QueueSettingsProcessor(flow.limits()));
    topology.addSource(
        AutoOffsetReset.earliest(),
        INPUTS,
        new AnyTimestamp(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.starts(),
        topics.children(),
        topics.controls(),
        topics.completions(),
        topics.schedules());
    topology.addProcessor(
        WORKFLOW_PROCESSOR,
        () -> new WorkflowProcessor(settings, forInputs, definitions, queues, metrics, flow),
        INPUTS);
    topology.addStateStore(
        WorkflowStores.builder(settings.storeName(), rule, cache), WORKFLOW_PROCESSOR);
    topology.addSink(
        OUTPUTS,
        (key, outgoing, context) -> outgoing.topic(),
        new ByteArraySerializer(),
        outgoingValue(),
        WORKFLOW_PROCESSOR);
    return topology;
  }

  private static Serializer<@Nullable Outgoing> outgoingValue() {
    return (topic, outgoing) -> outgoing == null ? null : outgoing.value();
  }
}
