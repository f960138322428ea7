package dev.millrace.perf.jmh;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encoding and decoding of the records that every step costs, with the payload sizes of the
 * workloads: the command and its completion, and what the engine writes to the event log when a
 * step succeeded and the next one is dispatched.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AvroCodecBenchmark {
  private static final Instant NOW = Instant.ofEpochMilli(1_795_000_000_000L);

  private final SchemaRegistry registry = SchemaRegistries.connect("mock://jmh", Map.of());
  private final AvroCodec<StepCommand> commands =
      new AvroCodec<>(StepCommand.class, RunPlan.TOPICS.commands(Workload.QUEUE), registry);
  private final AvroCodec<StepCompletion> completions =
      new AvroCodec<>(StepCompletion.class, RunPlan.TOPICS.completions(), registry);
  private final AvroCodec<WorkflowEvents> events =
      new AvroCodec<>(WorkflowEvents.class, RunPlan.TOPICS.events(), registry);

  private final Payload output = new Payload("", ByteBuffer.wrap(Workload.output()));
  private final StepCommand command =
      new StepCommand(
          "linear-10-137-4711",
          "step-4",
          1,
          Workload.STEP_TYPE,
          "linear-10",
          1,
          new Payload("", ByteBuffer.wrap(Workload.input())),
          List.of(new StepOutput("step-3", output)),
          "",
          5,
          null,
          -1,
          List.of(),
          null,
          0L);
  private final StepCompletion completion =
      new StepCompletion(
          "step-3",
          1,
          CompletionStatus.SUCCEEDED,
          output,
          null,
          NOW,
          NOW,
          "worker-0",
          -1,
          List.of(),
          0L);
  private final WorkflowEvents stepDone =
      new WorkflowEvents(
          7L,
          NOW,
          EventSource.COMPLETION,
          123_456L,
          List.of(
              WorkflowEvent.newBuilder()
                  .setType(EventType.STEP_SUCCEEDED)
                  .setStep("step-3")
                  .setAttempt(1)
                  .setPayload(output)
                  .build(),
              WorkflowEvent.newBuilder()
                  .setType(EventType.STEP_DISPATCHED)
                  .setStep("step-4")
                  .setAttempt(1)
                  .build()),
          "");

  private final byte[] commandBytes = commands.encode(command);
  private final byte[] completionBytes = completions.encode(completion);
  private final byte[] stepDoneBytes = events.encode(stepDone);

  @Benchmark
  public byte[] encodeCommand() {
    return commands.encode(command);
  }

  @Benchmark
  public StepCommand decodeCommand() throws MalformedRecordException {
    return commands.decode(commandBytes);
  }

  @Benchmark
  public byte[] encodeCompletion() {
    return completions.encode(completion);
  }

  @Benchmark
  public StepCompletion decodeCompletion() throws MalformedRecordException {
    return completions.decode(completionBytes);
  }

  @Benchmark
  public byte[] encodeEvents() {
    return events.encode(stepDone);
  }

  @Benchmark
  public WorkflowEvents decodeEvents() throws MalformedRecordException {
    return events.decode(stepDoneBytes);
  }
}
