package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.Millrace;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Topics;
import dev.millrace.testing.Patience;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Engine, workers, commands and KEDA get along with the rights of their users, and have no more.
 */
class AccessTest {
  private static final Topics TOPICS = Topics.standard();
  private static final String QUEUE = "default";
  private static final String REGISTRY = "mock://access";

  @TempDir private static Path folder;
  private static EmbeddedKafka broker;

  @BeforeAll
  static void startABrokerWithTheUsersRights() throws Exception {
    broker =
        EmbeddedKafka.builder()
            .setting("authorizer.class.name", UserByClientId.class.getName())
            .setting("super.users", "User:ANONYMOUS")
            .start();
    try (Admin admin = Admin.create(settings("admin"))) {
      new TopicAdmin(admin)
          .apply(TopicPlan.builder(TOPICS).partitions(2).queues(List.of(QUEUE)).build());
      List<AclBinding> rights = new ArrayList<>();
      Kustomization.render("overlays/prod").stream()
          .filter(each -> each.kind().equals("KafkaUser"))
          .forEach(user -> rights.addAll(rights(user)));
      assertThat(rights)
          .extracting(right -> right.entry().principal())
          .contains(
              UserByClientId.USERS.stream().map(user -> "User:" + user).toArray(String[]::new));
      admin.createAcls(rights).all().get();
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Map<String, Object> settings(String clientId) {
    return Map.of("bootstrap.servers", broker.bootstrapServers(), "client.id", clientId);
  }

  /** As Strimzi's operator makes them. */
  private static List<AclBinding> rights(Manifest user) {
    List<AclBinding> rights = new ArrayList<>();
    for (JsonNode rule : user.at("/spec/authorization/acls").values()) {
      ResourcePattern pattern =
          new ResourcePattern(
              ResourceType.valueOf(constant(rule.at("/resource/type").asString())),
              rule.at("/resource/name").asString(),
              rule.at("/resource/patternType").asString("literal").equals("prefix")
                  ? PatternType.PREFIXED
                  : PatternType.LITERAL);
      for (JsonNode operation : rule.path("operations").values()) {
        rights.add(
            new AclBinding(
                pattern,
                new AccessControlEntry(
                    "User:" + user.name(),
                    "*",
                    AclOperation.valueOf(constant(operation.asString())),
                    AclPermissionType.ALLOW)));
      }
    }
    return rights;
  }

  /** {@code DescribeConfigs} as {@code DESCRIBE_CONFIGS}. */
  private static String constant(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void workflowRunsWithTheRightsOfTheUsers(String guarantee) throws Exception {
    Path definition = folder.resolve("hello.yaml");
    Files.writeString(
        definition,
        """
        name: hello
        version: 1
        steps:
          - id: greet
        """);
    try (Engine engine =
            Engine.create(
                new EngineConfig(
                    Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "schema.registry.url",
                        REGISTRY,
                        "guarantee",
                        guarantee,
                        "http.port",
                        "0",
                        "state.dir",
                        folder.resolve(guarantee).toString(),
                        "kafka.client.id",
                        "millrace-engine")));
        Worker worker =
            Worker.builder()
                .bootstrapServers(broker.bootstrapServers())
                .schemaRegistryUrl(REGISTRY)
                .queue(QUEUE)
                .name("millrace-worker-default")
                .handler("greet", context -> StepResult.succeeded())
                .build()) {
      engine.start();
      worker.start();
      assertThat(engine.awaitRunning(Duration.ofMinutes(1))).isTrue();
      command("register", definition.toString());
      assertThat(command("start", "hello", "--id", guarantee, "--wait")).contains("SUCCEEDED");
      assertThat(command("events", guarantee)).contains("WORKFLOW_SUCCEEDED");
      awaitBacklog(engine);
    }
  }

  /** The engine may look how far its workers are behind; without the right there is no figure. */
  private static void awaitBacklog(Engine engine) {
    URI backlog = URI.create("http://127.0.0.1:%d/backlog".formatted(engine.httpPort()));
    try (HttpClient client = HttpClient.newHttpClient()) {
      Awaitility.await()
          .atMost(Patience.LIMIT)
          .until(
              () ->
                  JsonMapper.shared()
                      .readTree(
                          client
                              .send(
                                  HttpRequest.newBuilder(backlog).build(), BodyHandlers.ofString())
                              .body())
                      .at("/queues/default/backlog")
                      .isNumber());
    }
  }

  /** Runs the command as the user for those who start workflows. */
  private static String command(String... arguments) throws Exception {
    Path config = folder.resolve("client.properties");
    Files.writeString(config, "client.id=millrace-client\n");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--schema-registry",
            REGISTRY,
            "--client-config",
            config.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Millrace.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    assertThat(line.execute(all.toArray(String[]::new))).as("%s: %s", all, err).isZero();
    return out.toString();
  }

  @Test
  void nobodyWritesHistoryButTheEngine() {
    for (String user : List.of("millrace-worker-default", "millrace-client", "millrace-keda")) {
      assertMayNotWrite(user, TOPICS.events());
      assertMayNotWrite(user, TOPICS.commands(QUEUE));
    }
    assertMayNotWrite("millrace-worker-default", TOPICS.starts());
    assertMayNotWrite("millrace-client", TOPICS.completions());
    assertMayNotWrite("millrace-engine", TOPICS.starts());
  }

  private static void assertMayNotWrite(String user, String topic) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings(user), new ByteArraySerializer(), new ByteArraySerializer())) {
      assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, new byte[1])).get())
          .as("%s writes %s", user, topic)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(AuthorizationException.class);
    }
  }

  @Test
  void kedaSeesHowFarWorkersAreBehind() throws Exception {
    try (Admin admin = Admin.create(settings("millrace-keda"))) {
      TopicPartition partition = new TopicPartition(TOPICS.commands(QUEUE), 0);
      assertThat(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get())
          .containsKey(partition);
      assertThat(
              admin
                  .listConsumerGroupOffsets(TOPICS.workerGroup(QUEUE))
                  .partitionsToOffsetAndMetadata()
                  .get())
          .isNotNull();
      assertThat(admin.describeTopics(List.of(partition.topic())).allTopicNames().get())
          .isNotEmpty();
    }
  }
}
