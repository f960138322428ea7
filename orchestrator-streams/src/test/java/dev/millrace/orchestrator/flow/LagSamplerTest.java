package dev.millrace.orchestrator.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LagSamplerTest {
  private static final AtomicInteger INSTALLATIONS = new AtomicInteger();
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final int PARTITIONS = 2;

  private static EmbeddedKafka kafka;
  private static Admin admin;

  private final Topics topics = new Topics("lag" + INSTALLATIONS.incrementAndGet() + ".");
  private final Set<String> queues = ConcurrentHashMap.newKeySet();

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.builder().start();
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  @AfterAll
  static void stopBroker() {
    admin.close();
    kafka.close();
  }

  @Test
  void lagOfAConsumerGroupIsWhatItHasNotCommitted() throws Exception {
    make("mail");
    send("mail", 30);
    commit("mail", Map.of(0, 10L, 1, 13L));
    try (LagSampler sampler = started(admin)) {
      awaitLag(sampler, "mail", 7);
      assertThat(known(sampler).written()).isEqualTo(30);
      assertThat(known(sampler).finished()).isEqualTo(23);

      send("mail", 4);
      awaitLag(sampler, "mail", 11);
      commit("mail", Map.of(0, 17L, 1, 17L));
      awaitLag(sampler, "mail", 0);
    }
  }

  @Test
  void queueWithoutWorkersHasAllThatItsTopicHasAsLag() throws Exception {
    make("mail");
    make("files");
    send("mail", 20);
    send("files", 6);
    Map<TopicPartition, RecordsToDelete> expired =
        Map.of(new TopicPartition(topics.commands("mail"), 0), RecordsToDelete.beforeOffset(4));
    admin.deleteRecords(expired).all().get();
    commit("files", Map.of(0, 2L));
    try (LagSampler sampler = started(admin)) {
      awaitLag(sampler, "mail", 16);
      awaitLag(sampler, "files", 4);
    }
  }

  @Test
  void lagOfAShareGroupIsWhatItHasNotAcknowledged() throws Exception {
    make("mail");
    send("mail", 30);
    ConfigResource group =
        new ConfigResource(ConfigResource.Type.GROUP, topics.workerShareGroup("mail"));
    AlterConfigOp toEarliest =
        new AlterConfigOp(
            new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(group, List.of(toEarliest))).all().get();
    try (LagSampler sampler = started(admin)) {
      awaitLag(sampler, "mail", 30);
      share("mail", 30);
      awaitLag(sampler, "mail", 0);
      send("mail", 5);
      // A look asks for the ends and for the lag one after the other: one during the sending may
      // have them apart, the next one has not.
      await().untilAsserted(() -> assertThat(known(sampler).finished()).isEqualTo(30));
      awaitLag(sampler, "mail", 5);
    }
  }

  @Test
  void ofTwoGroupsOfAQueueTheOneThatIsLessBehindCounts() throws Exception {
    make("mail");
    send("mail", 12);
    ConfigResource group =
        new ConfigResource(ConfigResource.Type.GROUP, topics.workerShareGroup("mail"));
    AlterConfigOp toEarliest =
        new AlterConfigOp(
            new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(group, List.of(toEarliest))).all().get();
    share("mail", 12);
    commit("mail", Map.of(0, 1L, 1, 1L));
    try (LagSampler sampler = started(admin)) {
      awaitLag(sampler, "mail", 0);
    }
  }

  @Test
  void queueWhoseTopicIsGoneIsForgottenAndOthersAreNot() throws Exception {
    make("mail");
    make("files");
    send("mail", 3);
    try (LagSampler sampler = started(admin)) {
      awaitLag(sampler, "mail", 3);
      awaitLag(sampler, "files", 0);
      queues.remove("files");
      await().until(() -> !sampler.latest().containsKey("files"));
      queues.add("never-made");
      send("mail", 1);
      awaitLag(sampler, "mail", 4);
      assertThat(sampler.latest()).doesNotContainKey("never-made");
    }
  }

  @Test
  void lagGrowsOldWhileTheClusterDoesNotAnswerAndIsKnownAgainAfterwards() throws Exception {
    make("mail");
    send("mail", 3);
    AtomicInteger failures = new AtomicInteger();
    AtomicInteger looks = new AtomicInteger();
    MovedClock clock = new MovedClock();
    try (LagSampler sampler =
        new LagSampler(failing(looks, failures), topics, () -> queues, INTERVAL, clock)) {
      sampler.start(() -> {});
      Backlog backlog = new Backlog(sampler, new QueueReport(), clock);
      awaitLag(sampler, "mail", 3);
      assertThat(backlog.lag("mail")).isEqualTo(3);

      failures.set(Integer.MAX_VALUE);
      int before = looks.get();
      await().until(() -> looks.get() > before + 2);
      clock.move(Duration.ofMinutes(1));

      assertThat(sampler.latest()).containsKey("mail");
      assertThat(sampler.fresh("mail")).isNull();
      assertThat(backlog.now().get("mail"))
          .satisfies(
              mail -> {
                assertThat(mail.isStale()).isTrue();
                assertThat(mail.sampleAgeMs().orElseThrow()).isGreaterThanOrEqualTo(60_000);
              });
      assertThat(backlog.lag("mail")).isNaN();

      failures.set(0);
      await().until(() -> sampler.fresh("mail") != null);
    }
  }

  @Test
  void queueWhoseLagWasNeverKnownTellsWhatIsHeldAllTheSame() {
    QueueReport report = new QueueReport();
    report.publish(0, Map.of("mail", new QueueState(4, 7, 4, false, 0, true)));
    try (LagSampler sampler =
        new LagSampler(admin, topics, () -> queues, INTERVAL, InstantSource.system())) {
      Backlog backlog = new Backlog(sampler, report, InstantSource.system());
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      new QueueMeters(registry, backlog).refresh();

      Backlog.OfQueue mail = Objects.requireNonNull(backlog.now().get("mail"));
      assertThat(mail.lag()).isEmpty();
      assertThat(mail.isStale()).isTrue();
      assertThat(mail.held()).isEqualTo(7);
      assertThat(gauge(registry, "mail")).isNaN();
      assertThat(registry.get("millrace.queue.held").tag("queue", "mail").gauge().value())
          .isEqualTo(7);
    }
  }

  @Test
  void eachQueueHasGaugesAndThoseBeyondTheCapAreOne() throws Exception {
    for (int i = 0; i < 3; i++) {
      make("q" + i);
      send("q" + i, i + 1);
    }
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    LagSampler sampler =
        new LagSampler(admin, topics, () -> queues, INTERVAL, InstantSource.system());
    try (sampler) {
      Backlog backlog = new Backlog(sampler, new QueueReport(), InstantSource.system());
      QueueMeters meters = new QueueMeters(registry, backlog, 2);
      sampler.start(meters::refresh);
      awaitLag(sampler, "q2", 3);
      await()
          .untilAsserted(
              () -> {
                assertThat(gauge(registry, "q0")).isEqualTo(1);
                assertThat(gauge(registry, "q1")).isEqualTo(2);
                assertThat(gauge(registry, "other")).isEqualTo(3);
              });
      queues.remove("q1");
      await().untilAsserted(() -> assertThat(gauge(registry, "q2")).isEqualTo(3));
      assertThat(registry.find("millrace.queue.lag").tag("queue", "q1").gauge()).isNull();
    }
  }

  private static QueueLag known(LagSampler sampler) {
    return Objects.requireNonNull(sampler.latest().get("mail"));
  }

  private static double gauge(SimpleMeterRegistry registry, String queue) {
    return registry.get("millrace.queue.lag").tag("queue", queue).gauge().value();
  }

  /** A clock that can be put forward. */
  private static final class MovedClock implements InstantSource {
    private volatile Duration moved = Duration.ZERO;

    void move(Duration by) {
      moved = moved.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(moved);
    }
  }

  private static Admin failing(AtomicInteger looks, AtomicInteger failures) {
    return (Admin)
        Proxy.newProxyInstance(
            LagSamplerTest.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("describeTopics")) {
                looks.incrementAndGet();
                if (failures.get() > 0) {
                  throw new IllegalStateException("the cluster is away");
                }
              }
              try {
                return method.invoke(admin, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private LagSampler started(Admin client) {
    LagSampler sampler =
        new LagSampler(client, topics, () -> queues, INTERVAL, InstantSource.system());
    sampler.start(() -> {});
    return sampler;
  }

  private static void awaitLag(LagSampler sampler, String queue, long lag) {
    await()
        .untilAsserted(
            () -> {
              QueueLag known = sampler.fresh(queue);
              assertThat(known).isNotNull();
              assertThat(known.lag()).isEqualTo(lag);
            });
  }

  private void make(String queue) {
    new TopicAdmin(admin)
        .apply(TopicPlan.builder(topics).partitions(PARTITIONS).queues(List.of(queue)).build());
    queues.add(queue);
  }

  /** Sends commands to the partitions in turn. */
  private void send(String queue, int count) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        producer
            .send(
                new ProducerRecord<>(
                    topics.commands(queue), i % PARTITIONS, null, "command".getBytes(UTF_8)))
            .get();
      }
    }
  }

  private void commit(String queue, Map<Integer, Long> offsets) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            committed.put(
                new TopicPartition(topics.commands(queue), partition),
                new OffsetAndMetadata(offset)));
    admin.alterConsumerGroupOffsets(topics.workerGroup(queue), committed).all().get();
  }

  /** Takes commands as a member of the share group. */
  private void share(String queue, int count) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "group.id",
            topics.workerShareGroup(queue));
    try (KafkaShareConsumer<byte[], byte[]> consumer =
        new KafkaShareConsumer<>(
            settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topics.commands(queue)));
      AtomicInteger taken = new AtomicInteger();
      await()
          .until(
              () -> {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                return taken.addAndGet(records.count()) >= count;
              });
      consumer.commitSync();
    }
  }
}
