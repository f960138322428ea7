package dev.millrace.perf.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.wire.AvroCodec;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What every system finds on the broker: the topics of the contract and the definition to run. */
final class Contract {
  private Contract() {}

  static void install(
      Admin admin,
      RunPlan plan,
      String queue,
      dev.millrace.orchestrator.core.definition.WorkflowDefinition source)
      throws InterruptedException, ExecutionException {
    new TopicAdmin(admin)
        .apply(
            TopicPlan.builder(RunPlan.TOPICS)
                .partitions(plan.partitions())
                .commandPartitions(plan.partitions())
                .replicationFactor(1)
                .queues(List.of(queue))
                .build());
    AvroCodec<WorkflowDefinition> definitions =
        new AvroCodec<>(
            WorkflowDefinition.class, RunPlan.TOPICS.definitions(), plan.connectRegistry());
    WorkflowDefinition definition = DefinitionCodec.toAvro(source);
    String key = definition.getName() + "/" + definition.getVersion();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            plan.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  RunPlan.TOPICS.definitions(),
                  key.getBytes(UTF_8),
                  definitions.encode(definition)))
          .get();
    }
  }
}
