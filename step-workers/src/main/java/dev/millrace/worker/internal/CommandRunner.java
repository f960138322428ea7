package dev.millrace.worker.internal;

import dev.millrace.schemas.FailureTypes;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.UnreadablePayloadException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Runs each command in a virtual thread of its own: handler, completion, then the slot is free
 * again. The record is finished when the broker has the completion. Owned by the thread that polls.
 */
final class CommandRunner {
  /** What the result of an item takes beside its output, in bytes. */
  private static final int RESULT_BYTES = 16;

  private final Thread.Builder threads =
      Thread.ofVirtual().name("millrace-step").inheritInheritableThreadLocals(false);
  private final Map<String, StepHandler> handlers;
  private final PayloadValues values;
  private final StepLog log;
  private final Completions completions;
  private final DeadLetters deadLetters;
  private final Slots slots;
  private final StopSignal stop;
  private final RunningCommands running;
  private final InstantSource clock;
  private final FailureLog failures = new FailureLog();

  CommandRunner(
      Map<String, StepHandler> handlers,
      PayloadValues values,
      Completions completions,
      DeadLetters deadLetters,
      Slots slots,
      StopSignal stop,
      RunningCommands running,
      InstantSource clock) {
    this.handlers = handlers;
    this.values = values;
    this.log = new StepLog(handlers.keySet());
    this.completions = completions;
    this.deadLetters = deadLetters;
    this.slots = slots;
    this.stop = stop;
    this.running = running;
    this.clock = clock;
  }

  /** Starts a command, for which a slot was taken. */
  void start(
      ConsumerRecord<byte[], byte[]> record, StepCommand command, Acknowledgement acknowledgement) {
    threads.start(new Run(record, command, acknowledgement));
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
    } catch (Throwable e) {
      if (context.isCancelled()) {
        return StepResult.failed(StepResult.CANCELLED, String.valueOf(e));
      }
      failures.handlerThrew(command.getType(), context.commandId(), e);
      return StepResult.failed(typeOf(e), e.getMessage() == null ? "" : e.getMessage());
    }
  }

  private static String typeOf(Throwable thrown) {
    String simple = thrown.getClass().getSimpleName();
    String type = simple.isEmpty() ? thrown.getClass().getName() : simple;
    return type.substring(0, Math.min(type.length(), Limits.NAME_CHARS));
  }

  private StepResult writable(StepCommand command, StepResult result) {
    return switch (result) {
      case StepResult.Failed failed -> permitted(command, failed);
      case StepResult.Succeeded succeeded -> writable(command, succeeded);
      case StepResult.Batch batch -> writable(command, batch);
    };
  }

  /** The results of a batch, so small that one completion takes them. */
  private StepResult writable(StepCommand command, StepResult.Batch batch) {
    if (command.getItems().isEmpty()) {
      return StepResult.failedForGood(
          StepResult.UNEXPECTED_BATCH,
          "step '%s' has returned a batch of %d results for one input; return one result"
              .formatted(command.getStep(), batch.results().size()));
    }
    List<StepResult> results = new ArrayList<>(batch.results().size());
    long bytes = 0;
    for (StepResult each : batch.results()) {
      StepResult result = writable(command, each);
      if (result instanceof StepResult.Succeeded succeeded
          && succeeded.output() instanceof Payload output) {
        long size = output.data().length + (long) RESULT_BYTES;
        if (bytes + size > Limits.BATCH_RESULTS_BYTES) {
          result =
              tooLarge(
                  command,
                  "%d bytes, with %d of other items, the limit is %d for a batch"
                      .formatted(output.data().length, bytes, Limits.BATCH_RESULTS_BYTES));
        } else {
          bytes += size;
        }
      }
      results.add(result instanceof StepResult.Failed failed ? shortened(failed) : result);
    }
    return StepResult.batch(results);
  }

  private static StepResult shortened(StepResult.Failed failed) {
    String message = Completions.cut(failed.message(), Limits.ITEM_MESSAGE_CHARS);
    return new StepResult.Failed(failed.type(), message, failed.retryable(), failed.retryAfter());
  }

  /** The failure, or one that says that its type is the engine's own. */
  private static StepResult permitted(StepCommand command, StepResult.Failed failed) {
    return FailureTypes.isOfEngine(failed.type())
        ? StepResult.failedForGood(
            StepResult.RESERVED_FAILURE_TYPE,
            "step '%s' failed with type '%s', but types that start with '%s' are the engine's own; use another. Its message: %s"
                .formatted(
                    command.getStep(), failed.type(), FailureTypes.ENGINE_PREFIX, failed.message()))
        : failed;
  }

  /** The result with its output as a payload, or the failure that it is if it cannot be written. */
  private StepResult writable(StepCommand command, StepResult.Succeeded succeeded) {
    Payload payload;
    if (succeeded.output() == null) {
      return succeeded;
    } else if (succeeded.output() instanceof Payload asItIs) {
      payload = asItIs;
    } else {
      try {
        payload = values.write(succeeded.output());
      } catch (UnwritableValueException e) {
        return StepResult.failedForGood(
            StepResult.UNWRITABLE_OUTPUT,
            "output of step '%s': %s".formatted(command.getStep(), e.getMessage()));
      } catch (RegistryUnavailableException e) {
        return StepResult.failed(
            StepResult.REGISTRY_UNAVAILABLE,
            "output of step '%s': %s".formatted(command.getStep(), e.getMessage()));
      }
    }
    if (payload.data().length > Limits.PAYLOAD_BYTES) {
      return tooLarge(
          command,
          "%d bytes, the limit is %d".formatted(payload.data().length, Limits.PAYLOAD_BYTES));
    }
    return new StepResult.Succeeded(payload);
  }

  private static StepResult tooLarge(StepCommand command, String size) {
    return StepResult.failedForGood(
        StepResult.OUTPUT_TOO_LARGE,
        "output of step '%s': %s: store it elsewhere and return where"
            .formatted(command.getStep(), size));
  }

  /** One record on its way to being finished. */
  private abstract class Task implements Runnable, Callback {
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
          slots.giveBack();
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

  private final class Run extends Task {
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
      if (command.getHeartbeatMs() > 0) {
        heartbeat(null);
      }
      RunningCommand attempt = new RunningCommand(command, this::heartbeat, System.nanoTime());
      CommandContext context =
          new CommandContext(
              command,
              values,
              TraceParent.of(record.headers()),
              log.of(command.getType()),
              attempt);
      StepResult result;
      running.began(attempt);
      StepLog.enter(context);
      try {
        result = handle(command, context);
      } finally {
        StepLog.leave();
        running.ended(attempt);
      }
      endedAt = clock.instant();
      if (!(result instanceof StepResult.Succeeded)) {
        attempt.flush(); // the next attempt goes on from there
      }
      send(writable(command, result));
    }

    @Override
    void sendSmaller() {
      send(tooLarge(command, "more than max.message.bytes of the completions topic"));
    }

    private void heartbeat(@Nullable Payload progress) {
      completions.sendHeartbeat(
          record,
          command,
          progress,
          startedAt,
          (metadata, failure) -> {
            if (failure != null) {
              stop.fail(failure);
            }
          });
    }

    private void send(StepResult result) {
      completions.send(record, command, result, startedAt, endedAt, this);
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
      deadLetters.send(record, reason, true, this);
    }

    @Override
    void sendSmaller() {
      deadLetters.send(record, reason, false, this);
    }
  }
}
