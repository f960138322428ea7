package dev.millrace.orchestrator.app;

import dev.millrace.orchestrator.codec.CommandSubjects;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.orchestrator.flow.Backlog;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.LagSampler;
import dev.millrace.orchestrator.flow.QueueLimits;
import dev.millrace.orchestrator.flow.QueueMeters;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.SteeredWindows;
import dev.millrace.orchestrator.flow.WindowSettings;
import dev.millrace.orchestrator.health.EngineHealth;
import dev.millrace.orchestrator.http.EngineHttpServer;
import dev.millrace.orchestrator.intake.Intake;
import dev.millrace.orchestrator.metrics.BoundMeters;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.metrics.ProcessMeters;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.processor.WorkflowProcessor;
import dev.millrace.orchestrator.query.WorkflowQueries;
import dev.millrace.orchestrator.store.CacheBudget;
import dev.millrace.orchestrator.store.OutputsBeforeState;
import dev.millrace.orchestrator.topics.CommandTopics;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.orchestrator.topics.TopicsException;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * One engine: a Kafka Streams client over the orchestrator's topology and its HTTP face. Engines of
 * one application id share the workflows. Start it once; thread-safe.
 */
public final class Engine implements AutoCloseable {
  /** How long closing waits for what is under way. */
  public static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final EngineConfig config;
  private final Admin admin;
  private final CommandTopics commandTopics;
  private final LagSampler lags;
  private final Backlog backlog;
  private final SteeredWindows windows;
  private final QueueLimits limits;
  private final Intake intake;
  private final KafkaStreams streams;
  private final EngineHttpServer http;
  private final BoundMeters meters;
  private final EngineHealth health;
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch stopping;

  /** Made when it is known how many partitions there are. */
  private final IntFunction<WorkflowQueries> queries;

  private final CountDownLatch stopped = new CountDownLatch(1);

  private Engine(
      EngineConfig config,
      Admin admin,
      CommandTopics commandTopics,
      LagSampler lags,
      Backlog backlog,
      SteeredWindows windows,
      QueueLimits limits,
      Intake intake,
      KafkaStreams streams,
      EngineHttpServer http,
      BoundMeters meters,
      CountDownLatch stopping,
      IntFunction<WorkflowQueries> queries) {
    this.config = config;
    this.admin = admin;
    this.commandTopics = commandTopics;
    this.lags = lags;
    this.backlog = backlog;
    this.windows = windows;
    this.limits = limits;
    this.intake = intake;
    this.streams = streams;
    this.http = http;
    this.meters = meters;
    this.health = new EngineHealth(streams, running);
    this.stopping = stopping;
    this.queries = queries;
    streams.setUncaughtExceptionHandler(new ThreadReplacement());
    streams.setStateListener(this::stateChanged);
    streams.setGlobalStateRestoreListener(intake.restoring());
    health.bindTo(meters.registry());
    intake.bindTo(meters.registry());
  }

  /**
   * An engine with the registry that its configuration names, whose meters, with those of its JVM,
   * are at {@code /metrics}.
   */
  public static Engine create(EngineConfig config) {
    SchemaRegistry registry =
        SchemaRegistries.connect(config.schemaRegistryUrl(), config.schemaRegistrySettings());
    ProcessMeters process = new ProcessMeters();
    try {
      Engine engine =
          create(config, registry, process.registry(), new DefaultKafkaClientSupplier());
      engine.meters.whenClosed(process::close);
      return engine;
    } catch (RuntimeException | Error e) {
      process.close();
      throw e;
    }
  }

  /**
   * An engine with clients of one's own. Leaves nothing open when it fails.
   *
   * @param meters stays the caller's; at {@code /metrics} if it is a Prometheus registry
   * @param clients makes Kafka Streams' clients
   * @throws IllegalStateException when the port of the HTTP server is taken
   */
  public static Engine create(
      EngineConfig config,
      SchemaRegistry registry,
      MeterRegistry meters,
      KafkaClientSupplier clients) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      return create(config, registry, meters, clients, opened);
    } catch (RuntimeException | Error e) {
      for (AutoCloseable part : opened) {
        closeAfter(e, part);
      }
      throw e;
    }
  }

  /** Puts the parts together; what must be closed if that fails goes into a stack. */
  private static Engine create(
      EngineConfig config,
      SchemaRegistry registry,
      MeterRegistry meters,
      KafkaClientSupplier clients,
      Deque<AutoCloseable> opened) {
    @Nullable OutputsBeforeState rule =
        config.guarantee() == Guarantee.AT_LEAST_ONCE ? new OutputsBeforeState(clients) : null;
    Admin admin = Admin.create(config.adminSettings());
    opened.push(admin);
    CommandTopics commandTopics =
        new CommandTopics(admin, config.topics(), new CommandSubjects(registry)::register);
    opened.push(commandTopics);
    LagSampler lags =
        new LagSampler(
            admin,
            config.topics(),
            commandTopics::queues,
            config.lagInterval(),
            InstantSource.system());
    opened.push(lags);
    EngineHttpServer http = EngineHttpServer.bind(config.httpHost(), config.httpPort());
    opened.push(http);
    EngineMetrics metrics = new EngineMetrics(meters);
    QueueReport report = new QueueReport();
    QueueLimits limits = new QueueLimits();
    SteeredWindows windows =
        new SteeredWindows(
            WindowSettings.upTo(config.queueWindow(), config.queueTarget()),
            report,
            lags::fresh,
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            config.tenants());
    opened.push(windows);
    Intake intake =
        new Intake(
            config.intake(), report.workflows(), config.stateFolder(), InstantSource.system());
    opened.push(intake);
    CountDownLatch stopping = new CountDownLatch(1);
    Definitions definitions = new Definitions(stopping);
    Topology topology =
        OrchestratorTopology.build(
            new WorkflowProcessor.Settings(
                OrchestratorTopology.WORKFLOWS_STORE,
                config.topics(),
                config.retention(),
                config.definitionWait(),
                config.controlWait(),
                config.timerTick(),
                config.jsonQueues()),
            registry,
            definitions,
            commandTopics::has,
            metrics,
            new CacheBudget(config.recordCacheBytes(), metrics::evicted),
            new FlowControl(windows, report, limits, intake::isClosed),
            rule);
    HostInfo self = config.httpAdvertised(http.port());
    Map<String, Object> settings = config.streamsSettings();
    settings.put(
        StreamsConfig.APPLICATION_SERVER_CONFIG, Utils.formatAddress(self.host(), self.port()));
    KafkaStreams streams =
        new KafkaStreams(
            topology,
            new StreamsConfig(settings),
            intake.over(rule == null ? clients : rule, config.topics().starts()));
    opened.push(streams);
    return new Engine(
        config,
        admin,
        commandTopics,
        lags,
        new Backlog(lags, report, limits, InstantSource.system()),
        windows,
        limits,
        intake,
        streams,
        http,
        new BoundMeters(meters, streams, admin),
        stopping,
        partitions ->
            new WorkflowQueries(
                streams,
                self,
                partitions,
                definitions,
                record -> new DefinitionDecoder(config.topics(), registry).decode(record),
                report));
  }

  private static void closeAfter(Throwable failure, AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Checks the topics, reads the definitions and starts; returns before the engine runs. Waits for
   * the schema registry for as long as it takes if it is away and a definition was written with a
   * schema not met before: workflows could not go on without their definitions.
   *
   * @throws TopicsException when the topics are not as they must be, or Kafka does not answer
   */
  public void start() {
    serveProbes();
    TopicAdmin topics = new TopicAdmin(admin);
    topics.require(TopicPlan.builder(config.topics()).build());
    commandTopics.start();
    lags.start(new QueueMeters(meters.registry(), backlog)::refresh);
    int partitions = topics.partitions(config.topics().starts());
    windows.start(partitions);
    limits.setPartitions(partitions);
    intake.start(!config.hasOwnConsumers());
    http.serve(queries.apply(partitions), backlog, intake::closures);
    streams.start();
  }

  /** Answers probes, from before there is anything else to be asked for. */
  void serveProbes() {
    http.start(health, EngineVersion.read(), meters.scrape());
  }

  /** Waits until the engine runs; false when it does not within the time. */
  public boolean awaitRunning(Duration timeout) throws InterruptedException {
    return running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until the engine has stopped: closed, or ended by a fault. */
  public void awaitStopped() throws InterruptedException {
    stopped.await();
  }

  /** Whether it ended by a fault. */
  public boolean hasFailed() {
    return streams.state() == State.ERROR;
  }

  /** Port of the HTTP server. */
  public int httpPort() {
    return http.port();
  }

  /** Stops taking work, commits, and closes; waits 30 seconds at most. */
  @Override
  public void close() {
    http.close();
    stopping.countDown(); // Kafka Streams closes only after it has started
    streams.close(CloseOptions.groupMembershipOperation(membership()).withTimeout(CLOSE_TIMEOUT));
    intake.close();
    windows.close();
    lags.close();
    commandTopics.close();
    meters.close();
    admin.close();
    stopped.countDown();
  }

  /** A place kept for one that may not come back is a session timeout without work. */
  private GroupMembershipOperation membership() {
    return config.hasStaticMembership()
        ? GroupMembershipOperation.REMAIN_IN_GROUP
        : GroupMembershipOperation.LEAVE_GROUP;
  }

  private void stateChanged(State current, State former) {
    if (current == State.RUNNING) {
      running.countDown();
    } else if (current == State.PENDING_SHUTDOWN || current == State.PENDING_ERROR) {
      stopping.countDown();
    } else if (current == State.ERROR || current == State.NOT_RUNNING) {
      stopped.countDown();
    }
  }
}
