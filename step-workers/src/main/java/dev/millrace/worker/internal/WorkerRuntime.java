package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Source;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker while it runs: its Kafka clients and its poll thread. Thread-safe. */
public final class WorkerRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerRuntime.class);
  private static final Duration TOPIC_CHECK_TIMEOUT = Duration.ofSeconds(30);

  /** Least time that closing the clients is given after the drain. */
  private static final Duration CLIENT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** How often it is looked for signs of life that are due, in milliseconds. */
  private static final long SIGNS_MS = 250;

  private final WorkerSettings settings;
  private final Producer<byte[], byte[]> producer;
  private final ClientMeters ofClients;
  private final WorkerMeters meters;
  private final StopSignal stop = new StopSignal();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CommandSource source;
  private final RunningCommands running = new RunningCommands();
  private final CancellationReader cancellations;

  /** Gives the signs of life that are due. */
  private final ScheduledExecutorService signs =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-worker-signs").factory());

  private volatile Optional<Throwable> failure = Optional.empty();

  /**
   * Connects, checks that the topics exist and registers the schemas.
   *
   * @throws IllegalStateException when a topic does not exist
   * @throws RuntimeException as Kafka's clients and the schema registry throw
   */
  public static WorkerRuntime connect(WorkerSettings settings) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    ClientMeters meters = new ClientMeters(settings);
    opened.push(meters);
    try {
      Consumer<byte[], byte[]> ungrouped =
          consumer(ClientSettings.ungrouped(settings, "cancellations", "latest"), opened);
      checkTopics(settings, ungrouped);
      SourceOpener source =
          switch (settings.source()) {
            case Source.ConsumerGroup consumers ->
                pollLoop(settings, metered(settings, meters, opened));
            case Source.ShareGroup group -> shareLoop(settings, group, opened);
          };
      Producer<byte[], byte[]> producer =
          new KafkaProducer<>(
              ClientSettings.producer(settings),
              new ByteArraySerializer(),
              new ByteArraySerializer());
      opened.push(() -> producer.close(Duration.ZERO));
      meters.add(producer);
      return new WorkerRuntime(
          settings, source, ungrouped, producer, InstantSource.system(), meters);
    } catch (RuntimeException e) {
      opened.forEach(each -> close(each, e));
      throw e;
    }
  }

  /** Opens a worker's source of commands, once there is everything else that it needs. */
  private interface SourceOpener {
    CommandSource open(CommandRunner runner, Slots slots, StopSignal stop);
  }

  private static SourceOpener pollLoop(WorkerSettings settings, Consumer<byte[], byte[]> consumer) {
    CommandDecoder decoder =
        new CommandDecoder(settings.topics().commands(settings.queue()), settings.registry());
    return (runner, slots, stop) -> new PollLoop(settings, consumer, decoder, runner, slots, stop);
  }

  private static SourceOpener shareLoop(
      WorkerSettings settings, Source.ShareGroup group, Deque<AutoCloseable> opened) {
    ShareGroupSettings ofGroup = ShareGroupSettings.prepare(settings);
    List<ShareConsumer<byte[], byte[]>> consumers = new ArrayList<>();
    int readers = Math.min(group.readers(), settings.slots());
    for (int i = 0; i < readers; i++) {
      int records = settings.slots() / readers + (i < settings.slots() % readers ? 1 : 0);
      ShareConsumer<byte[], byte[]> consumer =
          new KafkaShareConsumer<>(
              ClientSettings.shareConsumer(settings, i + 1, records),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer());
      opened.push(() -> consumer.close(Duration.ZERO));
      consumers.add(consumer);
    }
    return (runner, slots, stop) ->
        new ShareLoop(settings, ofGroup, consumers, runner, slots, stop);
  }

  /** The consumer of commands. */
  private static Consumer<byte[], byte[]> metered(
      WorkerSettings settings, ClientMeters meters, Deque<AutoCloseable> opened) {
    Consumer<byte[], byte[]> consumer = consumer(ClientSettings.consumer(settings), opened);
    meters.add(consumer);
    return consumer;
  }

  private static Consumer<byte[], byte[]> consumer(
      Map<String, Object> clientSettings, Deque<AutoCloseable> opened) {
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            clientSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    opened.push(() -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
    return consumer;
  }

  private static void close(AutoCloseable client, RuntimeException because) {
    try {
      client.close();
    } catch (Exception e) {
      because.addSuppressed(e);
    }
  }

  WorkerRuntime(
      WorkerSettings settings,
      Consumer<byte[], byte[]> consumer,
      Consumer<byte[], byte[]> ungrouped,
      Producer<byte[], byte[]> producer,
      InstantSource clock) {
    this(
        settings,
        pollLoop(settings, consumer),
        ungrouped,
        producer,
        clock,
        new ClientMeters(settings));
  }

  private WorkerRuntime(
      WorkerSettings settings,
      SourceOpener opener,
      Consumer<byte[], byte[]> ungrouped,
      Producer<byte[], byte[]> producer,
      InstantSource clock,
      ClientMeters ofClients) {
    this.settings = settings;
    this.producer = producer;
    this.ofClients = ofClients;
    Slots slots = new Slots(settings.slots());
    this.meters = new WorkerMeters(settings);
    meters.bind(slots, settings.slots());
    CommandRunner runner =
        new CommandRunner(
            settings.handlers(),
            new PayloadValues(settings.registry(), settings.topics(), settings.payloads(), meters),
            new Completions(settings, producer),
            new DeadLetters(producer, settings.topics().deadLetters()),
            slots,
            new WaitingCommands<>(settings.inKeyOrder(), settings.slotsOfTypes()),
            stop,
            running,
            HandlerThreads.virtual(),
            clock,
            meters);
    this.source = opener.open(runner, slots, stop);
    String cancellationsTopic = settings.topics().cancellations();
    this.cancellations =
        new CancellationReader(
            ungrouped,
            new AvroCodec<>(AttemptCancellations.class, cancellationsTopic, settings.registry()),
            cancellationsTopic,
            running);
  }

  private static void checkTopics(WorkerSettings settings, Consumer<byte[], byte[]> consumer) {
    for (String topic :
        List.of(
            settings.topics().commands(settings.queue()),
            settings.topics().completions(),
            settings.topics().deadLetters())) {
      if (consumer.partitionsFor(topic, TOPIC_CHECK_TIMEOUT).isEmpty()) {
        throw new IllegalStateException(
            "topic '%s' does not exist at %s: create it with `millrace topics apply --queue %s`"
                .formatted(topic, settings.bootstrapServers(), settings.queue()));
      }
    }
  }

  /** Starts the poll thread, and those beside it. */
  @SuppressWarnings("FutureReturnValueIgnored") // what the task throws stops the worker
  public void start() {
    Thread.ofPlatform().name("millrace-worker-" + settings.queue()).start(this::work);
    Thread.ofPlatform().daemon().name("millrace-worker-cancellations").start(cancellations);
    signs.scheduleWithFixedDelay(this::sign, SIGNS_MS, SIGNS_MS, TimeUnit.MILLISECONDS);
  }

  /** Whether it works: it was not asked to stop, and has not by itself. */
  public boolean isRunning() {
    return stopped.getCount() > 0 && !stop.requested();
  }

  /** Asks the worker to stop, with so much time for what is running. Does not wait. */
  public void requestStop(Duration drainTimeout) {
    stop.request(drainTimeout);
  }

  /** Waits until the worker has stopped. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /** Waits until the worker has stopped, but no longer than the time given; whether it has. */
  public boolean awaitStop(Duration timeout) throws InterruptedException {
    return stopped.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Why the worker stopped by itself, if it did. Known once it has stopped. */
  public Optional<Throwable> failure() {
    return failure;
  }

  private void work() {
    LOG.info(
        "worker {} of queue '{}' starts: {} slots, profile {}, step types {}, group {}",
        settings.name(),
        settings.queue(),
        settings.slots(),
        settings.profile(),
        settings.handlers().keySet(),
        settings.group());
    try {
      source.run();
    } catch (Throwable e) {
      stop.fail(e);
    } finally {
      // What fails from here on fails because the clients are closed.
      failure = stop.failure();
      try {
        closeClients();
        failure.ifPresentOrElse(
            reason -> LOG.error("worker {} stopped, it cannot go on", settings.name(), reason),
            () -> LOG.info("worker {} stopped", settings.name()));
      } finally {
        stopped.countDown();
      }
    }
  }

  private void sign() {
    try {
      running.signWhereDue(System.nanoTime());
    } catch (RuntimeException e) { // it would be the last time
      stop.fail(e);
    }
  }

  private void closeClients() {
    signs.shutdownNow();
    cancellations.stop();
    meters.unbind();
    try {
      ofClients.close();
    } catch (RuntimeException e) {
      LOG.warn("taking the meters of clients away: {}", e.toString());
    }
    try {
      producer.close(CLIENT_CLOSE_TIMEOUT);
    } catch (RuntimeException e) {
      LOG.warn("closing the producer: {}", e.toString());
    }
    try {
      source.close(CLIENT_CLOSE_TIMEOUT);
    } catch (RuntimeException e) {
      LOG.warn("closing the consumer: {}", e.toString());
    }
  }
}
