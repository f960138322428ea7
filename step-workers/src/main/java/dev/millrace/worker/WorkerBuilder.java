package dev.millrace.worker;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.worker.internal.AnnotatedHandlers;
import dev.millrace.worker.internal.ClientSettings;
import dev.millrace.worker.internal.WorkerSettings;
import dev.millrace.worker.spi.HandlerDecorator;
import dev.millrace.worker.spi.PayloadCodec;
import dev.millrace.worker.spi.WarmUp;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Collects what a worker is made with. Not thread-safe. */
public final class WorkerBuilder {
  /** How long running handlers are waited for unless {@link #drainTimeout} says otherwise. */
  public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(30);

  private static final AtomicInteger NAMED = new AtomicInteger();

  /** Longest name of a worker, in characters. */
  public static final int NAME_CHARS = 128;

  /** Most handlers that a worker may run at once. */
  public static final int MAX_SLOTS = 100_000;

  private final HandlerTable handlers = new HandlerTable();
  private final List<WarmUp> warmUps = new ArrayList<>();
  private final Map<String, String> clientSettings = new LinkedHashMap<>();
  private PayloadCodec payloads = PayloadCodec.NONE;
  private MeterRegistry meters = WorkerSettings.NO_METERS;
  private @Nullable String bootstrapServers;
  private @Nullable SchemaRegistry registry;
  private @Nullable String queue;
  private @Nullable String name;
  private Topics topics = Topics.standard();
  private Source source = Source.consumerGroup();
  private Profile profile = Profile.LATENCY;
  private int slots;
  private final Map<String, Integer> slotsOfTypes = new LinkedHashMap<>();
  private boolean inKeyOrder;
  private Duration drainTimeout = DRAIN_TIMEOUT;
  private Duration warmUpTimeout = Duration.ofMinutes(10);

  WorkerBuilder() {}

  /** Where Kafka is: {@code host:port}, several with commas. Required. */
  public WorkerBuilder bootstrapServers(String servers) {
    this.bootstrapServers = servers;
    return this;
  }

  /** Where the schemas are. Required, or else {@link #schemaRegistryUrl}. */
  public WorkerBuilder schemaRegistry(SchemaRegistry schemaRegistry) {
    this.registry = schemaRegistry;
    return this;
  }

  /**
   * Where the schemas are, by address. A registry that asks for credentials is made with {@link
   * SchemaRegistries#connect}.
   *
   * @throws IllegalArgumentException for an address of an unknown kind
   */
  public WorkerBuilder schemaRegistryUrl(String url) {
    return schemaRegistry(SchemaRegistries.connect(url, Map.of()));
  }

  /** The installation's topics; {@link Topics#standard()} unless set. */
  public WorkerBuilder topics(Topics installation) {
    this.topics = installation;
    return this;
  }

  /**
   * The queue whose commands this worker runs. Required.
   *
   * @throws IllegalArgumentException as {@link Topics#checkQueue}
   */
  public WorkerBuilder queue(String queueName) {
    Topics.checkQueue(queueName);
    this.queue = queueName;
    return this;
  }

  /** How workers divide the queue's commands; {@link Source#consumerGroup()} unless set. */
  public WorkerBuilder source(Source ofCommands) {
    this.source = Objects.requireNonNull(ofCommands, "source");
    return this;
  }

  /** Settings as a set; {@link Profile#LATENCY} unless set. */
  public WorkerBuilder profile(Profile settings) {
    this.profile = settings;
    return this;
  }

  /** How many handlers may run at once; the profile's number unless set. */
  public WorkerBuilder slots(int handlersAtOnce) {
    this.slots = checkedSlots("", handlersAtOnce);
    return this;
  }

  /**
   * How many handlers of a step type may run at once, of the worker's slots; all of them unless
   * set. Commands that wait for such a slot hold back none of other step types, until so many wait
   * that they take 16 MiB.
   */
  public WorkerBuilder slots(String stepType, int handlersAtOnce) {
    slotsOfTypes.put(
        stepType, checkedSlots(" of step type '%s'".formatted(stepType), handlersAtOnce));
    return this;
  }

  private static int checkedSlots(String what, int slots) {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "slots%s: %d: must be 1 to %d".formatted(what, slots, MAX_SLOTS));
    }
    return slots;
  }

  /**
   * Runs commands of one key one after another, in the order in which the engine wrote them: of a
   * step that has an affinity key those with the same, whichever workflow they are of, and of any
   * other the attempts of one step of one workflow. Each begins when the one before has ended, well
   * or not. Commands of different keys run at once as ever.
   */
  public WorkerBuilder inKeyOrder() {
    this.inKeyOrder = true;
    return this;
  }

  /**
   * How long running handlers are waited for when partitions move to another worker and on {@link
   * Worker#close()}; 30 seconds unless set. Must be well below {@code max.poll.interval.ms}, 5
   * minutes by default.
   */
  public WorkerBuilder drainTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "drain timeout %s: must not be negative".formatted(timeout));
    }
    this.drainTimeout = timeout;
    return this;
  }

  /**
   * Name of the worker in its completions and in Kafka's metrics, for people; host name, process id
   * and a number unless set. At most {@link #NAME_CHARS} characters.
   */
  public WorkerBuilder name(String workerName) {
    if (workerName.isBlank() || workerName.length() > NAME_CHARS) {
      throw new IllegalArgumentException(
          "worker name '%s': must be 1 to %d characters".formatted(workerName, NAME_CHARS));
    }
    this.name = workerName;
    return this;
  }

  /** Sets the handler of a step type. */
  public WorkerBuilder handler(String stepType, StepHandler handler) {
    handlers.add(stepType, handler);
    return this;
  }

  /**
   * Sets the handler of a step type, to be given the workflow's input, read as {@link StepContext}
   * says.
   */
  public <T> WorkerBuilder handler(
      String stepType, Class<T> inputType, TypedStepHandler<T> handler) {
    Objects.requireNonNull(inputType, "inputType");
    Objects.requireNonNull(handler, "handler");
    return handler(stepType, context -> handler.handle(context.input(inputType), context));
  }

  /**
   * Sets the handlers that an object has: its methods that are marked with {@link Step}, and itself
   * if its class is.
   *
   * <p>Such a method may be private, but not static. It may take the {@link StepContext} and one
   * parameter more, in any order: the input, read as {@link StepContext} says. A {@code List} is
   * the items of a batch, and where there are none, an input that is an array of JSON. It may
   * return a {@link StepResult}, a {@code List<StepResult>} for the items of a batch, nothing, or a
   * value, which is what the step has returned; and it may throw anything.
   *
   * @throws IllegalArgumentException when it has no such method, or one that cannot be a handler;
   *     the message names class, method and parameter and says what to do
   */
  public WorkerBuilder handlers(Object owner) {
    AnnotatedHandlers.of(owner).forEach(this::handler);
    return this;
  }

  /**
   * Puts a decorator around all handlers, also those that are set later. Of several the first is
   * the outermost.
   */
  public WorkerBuilder around(HandlerDecorator decorator) {
    handlers.around(decorator);
    return this;
  }

  /**
   * Has something done before the worker joins its group, in {@link Worker#start}. Of several the
   * first is done first; if one fails, the worker does not start.
   */
  public WorkerBuilder warmUp(WarmUp hook) {
    warmUps.add(Objects.requireNonNull(hook, "hook"));
    return this;
  }

  /**
   * How long each warm-up may take; 10 minutes unless set. It is interrupted then, and the worker
   * does not start.
   */
  public WorkerBuilder warmUpTimeout(Duration timeout) {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException(
          "warm-up timeout %s: must be 1 ms or more".formatted(timeout));
    }
    this.warmUpTimeout = timeout;
    return this;
  }

  /**
   * What payloads go through between handlers and the wire, such as {@link
   * dev.millrace.worker.payload.PayloadCodecs}; they stay as they are unless set.
   */
  public WorkerBuilder payloads(PayloadCodec codec) {
    this.payloads = Objects.requireNonNull(codec, "codec");
    return this;
  }

  /**
   * Where the worker's meters are kept, and those of its Kafka clients; nowhere unless set. The
   * registry stays the caller's.
   */
  public WorkerBuilder meters(MeterRegistry registryOfMeters) {
    this.meters = Objects.requireNonNull(registryOfMeters, "registryOfMeters");
    return this;
  }

  /** The step types that have a handler so far, in the order in which they were given one. */
  public List<String> stepTypes() {
    return handlers.stepTypes();
  }

  /**
   * Sets a setting of Kafka's clients, such as {@code security.protocol}, by Kafka's own name: of
   * the consumer, the producer or both, as they know it. With {@code consumer.} or {@code
   * producer.} before the name it is for that one only.
   *
   * @throws IllegalArgumentException for a setting that the worker's promises rest on, such as
   *     {@code acks} or {@code enable.auto.commit}
   */
  public WorkerBuilder clientSetting(String setting, String value) {
    ClientSettings.check(setting);
    clientSettings.put(setting, value);
    return this;
  }

  /**
   * The worker, not started.
   *
   * @throws IllegalStateException when something required is not set
   */
  public Worker build() {
    if (stepTypes().isEmpty()) {
      throw new IllegalStateException("handler: set at least one");
    }
    if (inKeyOrder && source instanceof Source.ShareGroup) {
      throw new IllegalStateException(
          "inKeyOrder: a share group has no order; use a consumer group as source, or leave out the"
              + " order");
    }
    for (String stepType : slotsOfTypes.keySet()) {
      if (!stepTypes().contains(stepType)) {
        throw new IllegalStateException(
            "slots of step type '%s': there is no handler for it, only for %s"
                .formatted(stepType, stepTypes()));
      }
    }
    return new Worker(
        new WorkerSettings(
            name == null ? defaultName() : name,
            required(bootstrapServers, "bootstrapServers"),
            required(registry, "schemaRegistry"),
            topics,
            required(queue, "queue"),
            source,
            profile,
            slots == 0 ? profile.slots() : slots,
            slotsOfTypes,
            inKeyOrder,
            drainTimeout,
            handlers.decorated(),
            payloads,
            meters,
            clientSettings),
        warmUps,
        warmUpTimeout);
  }

  private static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalStateException(what + ": must be set");
    }
    return value;
  }

  private static String defaultName() {
    String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "worker");
    String tail = "-" + ProcessHandle.current().pid() + "-" + NAMED.incrementAndGet();
    return host.substring(0, Math.min(host.length(), NAME_CHARS - tail.length())) + tail;
  }
}
