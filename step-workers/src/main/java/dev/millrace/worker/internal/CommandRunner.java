package dev.millrace.worker.internal;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.UnreadablePayloadException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each command in a virtual thread of its own: handler, completion, then the slot is free
 * again. The record is finished when the broker has the completion. Owned by the thread that polls.
 */
final class CommandRunner {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);

  /** How far the clocks of engine and worker may differ without harm. */
  private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(5);

  private final Map<String, StepHandler> handlers;
  private final PayloadValues values;
  private final WritableResults writable;
  private final StepLog log;
  private final Completions completions;
  private final DeadLetters deadLetters;
  private final Slots slots;
  private final WaitingCommands<Run> waiting;
  private final StopSignal stop;
  private final RunningCommands running;
  private final HandlerThreads threads;
  private final InstantSource clock;
  private final WorkerMeters meters;
  private final FailureLog failures;

  CommandRunner(
      Map<String, StepHandler> handlers,
      PayloadValues values,
      Completions completions,
      DeadLetters deadLetters,
      Slots slots,
      WaitingCommands<Run> waiting,
      StopSignal stop,
      RunningCommands running,
      HandlerThreads threads,
      InstantSource clock,
      WorkerMeters meters) {
    this.handlers = handlers;
    this.values = values;
    this.writable = new WritableResults(values);
    this.log = new StepLog(handlers.keySet());
    this.failures = new FailureLog(handlers.keySet());
    this.completions = completions;
    this.deadLetters = deadLetters;
    this.slots = slots;
    this.waiting = waiting;
    this.stop = stop;
    this.running = running;
    this.threads = threads;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * Starts a command, for which a slot was taken; or has it wait without the slot until it may
   * start.
   */
  void start(
      ConsumerRecord<byte[], byte[]> record, StepCommand command, Acknowledgement acknowledgement) {
    Run run = new Run(record, command, acknowledgement);
    if (waiting.enter(run)) {
      threads.start(run);
    } else {
      slots.giveBack();
      startReady(); // one that ended meanwhile may have found no slot for the next
    }
  }

  /** Starts commands that waited and may start now, while slots are free. Any thread. */
  void startReady() {
    while (waiting.hasReady() && slots.tryTake()) {
      Run run = waiting.pollReady();
      if (run == null) {
        slots.giveBack();
      } else {
        threads.start(run);
      }
    }
  }

  /** Whether so many commands wait that no more should be started. */
  boolean isFull() {
    return waiting.isFull();
  }

  /** Abandons the commands of a partition that wait and have not started. */
  void abandonWaiting(int partition) {
    waiting
        .withdraw(run -> run.record.partition() == partition)
        .forEach(run -> run.acknowledgement().abandoned());
  }

  /** Starts to answer a command that is not to be run, in its slot. */
  void startRefusal(
      ConsumerRecord<byte[], byte[]> record,
      StepCommand command,
      StepResult.Failed failure,
      Acknowledgement acknowledgement) {
    threads.start(new Refusal(record, command, failure, acknowledgement));
  }

  /** Starts to put away a record that is no command, in its slot. */
  void startDeadLetter(
      ConsumerRecord<byte[], byte[]> record, Exception reason, Acknowledgement acknowledgement) {
    threads.start(new Burial(record, reason, acknowledgement));
  }

  private StepResult handle(StepCommand command, CommandContext context) {
    StepHandler handler = handlers.get(command.getType());
    if (handler == null) {
      return StepResult.failed(
          StepResult.UNKNOWN_STEP_TYPE,
          "this worker has no handler for step type '%s', only for %s"
              .formatted(command.getType(), handlers.keySet().stream().sorted().toList()));
    }
    StepLog.enter(context);
    try {
      StepResult result = handler.handle(context);
      if (result == null) {
        throw new NullPointerException(
            "the handler of step type '%s' returned null".formatted(command.getType()));
      }
      return result;
    } catch (UnreadablePayloadException e) {
      return StepResult.failedForGood(
          UnreadablePayloadException.FAILURE_TYPE, String.valueOf(e.getMessage()));
    } catch (RegistryUnavailableException e) {
      return StepResult.failed(StepResult.REGISTRY_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (PayloadException e) {
      return WritableResults.failure(e, String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      boolean isCancelled = context.isCancelled();
      String message = isCancelled ? Thrown.message(e) : logged(command, e);
      return StepResult.failed(isCancelled ? StepResult.CANCELLED : Thrown.type(e), message);
    } finally {
      StepLog.leave();
      Thread.interrupted(); // an interrupt of the handler's own is none of what follows
    }
  }

  /** The result as it can be sent; whatever goes wrong with it is the step's failure. */
  private StepResult written(StepCommand command, StepResult result) {
    try {
      return writable.of(command, result);
    } catch (Throwable e) {
      return StepResult.failedForGood(
          StepResult.UNWRITABLE_OUTPUT,
          "output of step '%s': %s: %s"
              .formatted(command.getStep(), Thrown.type(e), logged(command, e)));
    }
  }

  private String logged(StepCommand command, Throwable thrown) {
    String message = Thrown.message(thrown);
    try {
      failures.handlerThrew(command.getType(), CommandContext.idOf(command), thrown);
    } catch (Throwable e) { // of a method of the exception itself
      LOG.warn("a handler of step type '{}' threw what cannot be logged", command.getType());
    }
    return message;
  }

  /** One record on its way to being finished. */
  abstract class Task implements Runnable, Callback {
    final ConsumerRecord<byte[], byte[]> record;
    private final Acknowledgement acknowledgement;
    private boolean small;

    Task(ConsumerRecord<byte[], byte[]> record, Acknowledgement acknowledgement) {
      this.record = record;
      this.acknowledgement = acknowledgement;
    }

    /** Does what is to do, and sends the record that is proof of it. */
    abstract void work();

    /** Sends a smaller record instead, since that one was too large for its topic. */
    abstract void sendSmaller();

    /** It has run, and gives back what it took to run. */
    void leave() {
      slots.giveBack();
      startReady();
    }

    Acknowledgement acknowledgement() {
      return acknowledgement;
    }

    @Override
    public final void run() {
      try {
        if (small) {
          sendSmaller();
          return;
        }
        try {
          work();
        } finally {
          leave();
        }
      } catch (Throwable e) {
        // The record stays open, so the command runs again: in another worker or after a restart.
        stop.fail(e);
      }
    }

    @Override
    public final void onCompletion(RecordMetadata metadata, @Nullable Exception failure) {
      if (failure == null) {
        acknowledgement.finished();
      } else if (failure instanceof RecordTooLargeException && !small) {
        small = true;
        Thread.startVirtualThread(this); // the producer's own thread must not wait for itself
      } else {
        stop.fail(failure);
      }
    }
  }

  final class Run extends Task implements WaitingCommands.Restricted {
    private final StepCommand command;
    private Instant startedAt = Instant.EPOCH;
    private Instant endedAt = Instant.EPOCH;

    Run(
        ConsumerRecord<byte[], byte[]> record,
        StepCommand command,
        Acknowledgement acknowledgement) {
      super(record, acknowledgement);
      this.command = command;
    }

    @Override
    void work() {
      startedAt = clock.instant();
      if (isOverdue()) {
        failures.overdue(command, startedAt);
        meters.overdue();
        acknowledgement().finished();
        return;
      }
      meters.started(record, command, startedAt);
      if (command.getHeartbeatMs() > 0) {
        heartbeat(null);
      }
      RunningCommand attempt = new RunningCommand(command, this::heartbeat, threads.nanoTime());
      CommandContext context =
          new CommandContext(
              command,
              values,
              TraceParent.of(record.headers()),
              log.of(command.getType()),
              attempt,
              threads,
              clock);
      StepResult result;
      running.began(attempt);
      try {
        result = handle(command, context);
        endedAt = clock.instant();
        result = written(command, result); // may take its time, so signs of life go on
      } finally {
        running.ended(attempt);
      }
      meters.ended(command, result, startedAt, endedAt);
      if (!(result instanceof StepResult.Succeeded)) {
        attempt.flush(); // the next attempt goes on from there
      }
      send(result);
    }

    @Override
    void sendSmaller() {
      send(
          WritableResults.tooLarge(
              command, "more than max.message.bytes of the completions topic"));
    }

    @Override
    void leave() {
      waiting.leave(this);
      super.leave();
    }

    @Override
    public String stepType() {
      return command.getType();
    }

    @Override
    public byte @Nullable [] key() {
      return record.key();
    }

    @Override
    public int bytes() {
      return record.serializedKeySize() + record.serializedValueSize();
    }

    /** Whether the engine has given the attempt up, by any clock. */
    private boolean isOverdue() {
      Instant deadline = command.getDeadline();
      return deadline != null && startedAt.isAfter(deadline.plus(CLOCK_DIFFERENCE));
    }

    private void heartbeat(@Nullable Payload progress) {
      meters.heartbeat();
      completions.sendHeartbeat(
          record,
          command,
          progress,
          startedAt,
          (metadata, failure) -> {
            if (failure instanceof RecordTooLargeException) {
              failures.heartbeatTooLarge(command, failure);
            } else if (failure != null) {
              stop.fail(failure);
            }
          });
    }

    private void send(StepResult result) {
      completions.send(record, command, result, startedAt, endedAt, this);
    }
  }

  private final class Refusal extends Task {
    private final StepCommand command;
    private final StepResult.Failed failure;

    Refusal(
        ConsumerRecord<byte[], byte[]> record,
        StepCommand command,
        StepResult.Failed failure,
        Acknowledgement acknowledgement) {
      super(record, acknowledgement);
      this.command = command;
      this.failure = failure;
    }

    @Override
    void work() {
      Instant now = clock.instant();
      completions.send(record, command, failure, now, now, this);
    }

    @Override
    void sendSmaller() {
      throw new IllegalStateException(
          "the completions topic does not take a failure of step '%s', its max.message.bytes is too small"
              .formatted(command.getStep()));
    }
  }

  private final class Burial extends Task {
    private final Exception reason;

    Burial(
        ConsumerRecord<byte[], byte[]> record, Exception reason, Acknowledgement acknowledgement) {
      super(record, acknowledgement);
      this.reason = reason;
    }

    @Override
    void work() {
      meters.deadLetter();
      deadLetters.send(record, reason, true, this);
    }

    @Override
    void sendSmaller() {
      deadLetters.send(record, reason, false, this);
    }
  }
}
