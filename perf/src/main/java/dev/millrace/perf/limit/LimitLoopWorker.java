package dev.millrace.perf.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The worker of the limit loop: answers each command with a completion at once. */
public final class LimitLoopWorker implements RecordLoop.Answerer {
  private final Payload output = new Payload("", ByteBuffer.wrap(Workload.output()));
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<StepCompletion> completions;

  LimitLoopWorker(SchemaRegistry registry) {
    commands =
        new AvroCodec<>(StepCommand.class, RunPlan.TOPICS.commands(Workload.QUEUE), registry);
    completions = new AvroCodec<>(StepCompletion.class, RunPlan.TOPICS.completions(), registry);
  }

  /** Takes one argument: the file of the run's plan. */
  public static void main(String[] args) throws Exception {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    SchemaRegistry registry = plan.connectRegistry();
    RecordLoop.run(
        plan,
        "limit-worker",
        List.of(RunPlan.TOPICS.commands(Workload.QUEUE)),
        plan.workerThreads(),
        () -> new LimitLoopWorker(registry));
  }

  @Override
  public ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> read)
      throws MalformedRecordException {
    Instant startedAt = Instant.now();
    StepCommand command = commands.decode(read.value());
    StepCompletion completion =
        new StepCompletion(
            command.getStep(),
            command.getAttempt(),
            CompletionStatus.SUCCEEDED,
            output,
            null,
            startedAt,
            Instant.now(),
            "limit-worker",
            command.getBranch(),
            List.of(),
            0L);
    return new ProducerRecord<>(
        RunPlan.TOPICS.completions(),
        command.getWorkflowId().getBytes(UTF_8),
        completions.encode(completion));
  }
}
