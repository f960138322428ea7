package dev.millrace.worker.testing;

import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.testing.StepFaults.Fault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * Engine and workers with one clock: what can be done now is done one after the other, and time
 * goes on when nothing is left. One thread, which may come again from within a handler.
 */
final class Simulation implements AutoCloseable {
  private record Pending(ConsumerRecord<byte[], byte[]> record, StepCommand command) {}

  /** So many signs of life are given in the time in which the engine wants one. */
  private static final int SIGNS = 3;

  private final Topics topics;
  private final VirtualClock clock;
  private final DrivenTopology topology;
  private final TestWorkers workers;
  private final FaultPlan faults;
  private final Agenda agenda = new Agenda();
  private final Histories histories;
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<StepCompletion> completions;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final List<String> deadLetters = new ArrayList<>();
  private @Nullable StepCommand running;
  private long offsets;

  Simulation(
      Topics topics,
      SchemaRegistry registry,
      VirtualClock clock,
      TestWorkers workers,
      FaultPlan faults) {
    this.topics = topics;
    this.clock = clock;
    this.workers = workers;
    this.faults = faults;
    this.histories =
        new Histories(new AvroCodec<>(WorkflowEvents.class, topics.events(), registry));
    this.commands = new AvroCodec<>(StepCommand.class, topics.commands("any"), registry);
    this.completions = new AvroCodec<>(StepCompletion.class, topics.completions(), registry);
    this.topology = new DrivenTopology(topics, registry, workers::serve, clock);
  }

  DrivenTopology topology() {
    return topology;
  }

  Histories histories() {
    absorb();
    return histories;
  }

  List<String> deadLetters() {
    absorb();
    return List.copyOf(deadLetters);
  }

  boolean runsHandler() {
    return running != null;
  }

  /** Does one thing that can be done now; whether there was one. */
  boolean doNext() {
    absorb();
    if (agenda.doFirst(clock.millis())) {
      return true;
    }
    Pending next = runsHandler() ? null : pending.poll();
    if (next == null) {
      return false;
    }
    run(next);
    return true;
  }

  /**
   * When something happens next by itself.
   *
   * @param withSchedules whether schedules count, which never come to an end
   */
  OptionalLong nextDueMs(boolean withSchedules) {
    OptionalLong timer =
        topology.timers().stream()
            .filter(each -> counts(each, withSchedules))
            .mapToLong(WorkflowStore.Timer::dueMs)
            .findFirst();
    return Stream.of(timer, agenda.firstDueMs(), signDueMs())
        .flatMapToLong(OptionalLong::stream)
        .min();
  }

  /** When the handler that runs is to be heard of next. */
  private OptionalLong signDueMs() {
    StepCommand command = running;
    return command == null || command.getHeartbeatMs() == 0
        ? OptionalLong.empty()
        : OptionalLong.of(clock.millis() + signsMs(command));
  }

  private static long signsMs(StepCommand command) {
    return Math.max(1, command.getHeartbeatMs() / SIGNS);
  }

  private boolean counts(WorkflowStore.Timer timer, boolean withSchedules) {
    return switch (timer.kind()) {
      case WORKFLOW -> topology.isRunning(timer.workflowId());
      case CHUNK, PARKED_START, PARKED_CONTROLS -> true;
      case RESULT -> false;
      case SCHEDULE -> withSchedules;
    };
  }

  /** Moves the clock on to a time, and to a millisecond from now at least. */
  void moveTo(long epochMs) {
    long next = Math.max(epochMs, clock.millis() + 1);
    Duration time = Duration.ofMillis(next - clock.millis());
    clock.set(next);
    topology.passTime(time);
    workers.sign();
  }

  /** Takes what the engine has written, and what handlers that still run have sent. */
  private void absorb() {
    workers.answers().forEach(this::deliver);
    topology.read(topics.events()).forEach(histories::add);
    topology
        .read(topics.cancellations())
        .forEach(record -> workers.cancel(record.key(), record.value()));
    topology
        .read(topics.deadLetters())
        .forEach(record -> deadLetters.add(Records.letter(record.key(), record.headers())));
    for (String topic : topology.writtenTopics()) {
      if (topics.isCommands(topic)) {
        topology.read(topic).forEach(record -> take(topic, record));
      }
    }
  }

  private void take(String topic, TestRecord<byte[], byte[]> record) {
    StepCommand command = Records.decode(commands, record.value());
    if (faults.find(Fault.NotTaken.class, command).isEmpty()) {
      pending.add(new Pending(Records.consumed(topic, offsets++, record), command));
    }
  }

  private void run(Pending next) {
    running = next.command();
    try {
      workers.run(next.record());
    } finally {
      running = null;
    }
    if (faults.isFirst(Fault.CommandTwice.class, next.command())) {
      pending.addFirst(next);
    }
    boolean dies = faults.isFirst(Fault.WorkerDies.class, next.command());
    if (dies) {
      agenda.add(clock.millis() + TestEngine.REDELIVERY.toMillis(), () -> pending.addFirst(next));
    }
    for (ProducerRecord<byte[], byte[]> answer : workers.answers()) {
      if (!isEnd(answer)) {
        deliver(answer);
      } else if (!dies) {
        complete(next.command(), answer);
      }
    }
  }

  private boolean isEnd(ProducerRecord<byte[], byte[]> answer) {
    return answer.topic().equals(topics.completions())
        && Records.decode(completions, answer.value()).getStatus() != CompletionStatus.RUNNING;
  }

  private void complete(StepCommand command, ProducerRecord<byte[], byte[]> answer) {
    if (faults.find(Fault.CompletionLost.class, command).isPresent()) {
      return;
    }
    int times = faults.find(Fault.CompletionTwice.class, command).isPresent() ? 2 : 1;
    Optional<Fault.CompletionLate> late = faults.find(Fault.CompletionLate.class, command);
    long dueMs = clock.millis() + late.map(fault -> fault.by().toMillis()).orElse(0L);
    for (int i = 0; i < times; i++) {
      if (late.isEmpty()) {
        deliver(answer);
      } else {
        agenda.add(dueMs, () -> deliver(answer));
      }
    }
    if (late.isPresent() && command.getHeartbeatMs() > 0) {
      signUntil(dueMs, command);
    }
  }

  /** Gives the signs of life that a worker gives while a handler runs. */
  private void signUntil(long endMs, StepCommand command) {
    long nextMs = clock.millis() + signsMs(command);
    if (nextMs >= endMs) {
      return;
    }
    agenda.add(
        nextMs,
        () -> {
          StepCompletion sign =
              StepCompletion.newBuilder()
                  .setStep(command.getStep())
                  .setAttempt(command.getAttempt())
                  .setBranch(command.getBranch())
                  .setStatus(CompletionStatus.RUNNING)
                  .build();
          topology.send(topics.completions(), command.getWorkflowId(), completions.encode(sign));
          signUntil(endMs, command);
        });
  }

  private void deliver(ProducerRecord<byte[], byte[]> answer) {
    if (answer.topic().equals(topics.completions())) {
      topology.send(answer.topic(), answer.key(), answer.value(), answer.headers());
    } else {
      deadLetters.add(Records.letter(answer.key(), answer.headers()));
    }
  }

  @Override
  public void close() {
    topology.close();
  }
}
