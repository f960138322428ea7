package dev.millrace.worker.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.worker.Worker;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * A worker without a consumer: runs each command that it is given in the calling thread, on the
 * path that all commands take, and answers to a producer. For the test kit. One thread, which may
 * come again from within a handler.
 */
public final class InlineWorker {
  /** There is no source that would want to know. */
  private static final Acknowledgement NOBODY =
      new Acknowledgement() {
        @Override
        public void finished() {}

        @Override
        public void abandoned() {}
      };

  private final RunningCommands running = new RunningCommands();
  private final StopSignal stop = new StopSignal();
  private final InstantSource clock;
  private final Slots slots;
  private final CommandRunner runner;
  private final CommandDecoder commands;
  private final AvroCodec<AttemptCancellations> cancellations;

  /**
   * A worker as it was built.
   *
   * @param producer acknowledges what it is given, in the thread that gives it
   * @param clock tells the time to everything that the worker does
   */
  public InlineWorker(Worker worker, Producer<byte[], byte[]> producer, InstantSource clock) {
    WorkerSettings settings = WorkerAccess.settings(worker);
    this.clock = clock;
    this.slots = new Slots(settings.slots());
    WorkerMeters meters = new WorkerMeters(settings);
    this.runner =
        new CommandRunner(
            settings.handlers(),
            new PayloadValues(settings.registry(), settings.topics(), settings.payloads(), meters),
            new Completions(settings, producer),
            new DeadLetters(producer, settings.topics().deadLetters()),
            slots,
            new WaitingCommands<>(false, Map.of()), // they run one after another anyway
            stop,
            running,
            HandlerThreads.calling(this::nanoTime),
            clock,
            meters);
    this.commands =
        new CommandDecoder(settings.topics().commands(settings.queue()), settings.registry());
    this.cancellations =
        new AvroCodec<>(
            AttemptCancellations.class, settings.topics().cancellations(), settings.registry());
  }

  private long nanoTime() {
    return TimeUnit.MILLISECONDS.toNanos(clock.millis());
  }

  /**
   * Runs a command. When this returns, all that came of it was given to the producer.
   *
   * @throws IllegalStateException when a worker would have stopped of it
   */
  public void run(ConsumerRecord<byte[], byte[]> record) {
    if (!slots.tryTake()) {
      throw new IllegalStateException("commands run within handlers of others, more than slots");
    }
    @Nullable Map<String, String> logged = MDC.getCopyOfContextMap();
    try {
      runner.start(record, commands.decode(record), NOBODY);
    } catch (MalformedRecordException e) {
      runner.startDeadLetter(record, e, NOBODY);
    } finally {
      MDC.setContextMap(logged == null ? Map.of() : logged);
    }
    stop.failure()
        .ifPresent(
            failure -> {
              throw new IllegalStateException("the worker cannot go on: " + failure, failure);
            });
  }

  /** Tells the handler that runs, if it is one of these, that it is not waited for. */
  public void cancel(byte[] workflowId, byte[] value) {
    try {
      running.cancel(new String(workflowId, UTF_8), cancellations.decode(value));
    } catch (MalformedRecordException e) {
      throw new IllegalStateException("no cancellation: " + e.getMessage(), e);
    }
  }

  /** Gives the signs of life that are due of the handler that runs. */
  public void sign() {
    running.signWhereDue(nanoTime());
  }
}
