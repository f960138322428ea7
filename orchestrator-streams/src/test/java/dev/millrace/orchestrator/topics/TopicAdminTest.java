package dev.millrace.orchestrator.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class TopicAdminTest extends AdminCase {
  private final TopicAdmin topics = new TopicAdmin(admin);

  @Test
  void applyMakesWhatCheckAsksForAndDoesNothingTheSecondTime() {
    TopicPlan plan =
        TopicPlan.builder(names).partitions(3).queues(List.of("mail", "files")).build();

    assertThat(topics.check(plan)).hasSize(12).allMatch(TopicDifference.Missing.class::isInstance);
    assertThat(topics.apply(plan)).hasSize(12);
    assertThat(topics.check(plan)).isEmpty();
    assertThat(topics.apply(plan)).isEmpty();
  }

  @Test
  void newTopicsAreSizedAndConfiguredAsPlanned() throws Exception {
    topics.apply(
        TopicPlan.builder(names)
            .partitions(3)
            .commandPartitions(5)
            .queues(List.of("mail"))
            .eventRetention(Duration.ofDays(90))
            .build());

    assertThat(partitions(names.starts())).isEqualTo(3);
    assertThat(partitions(names.controls())).isEqualTo(3);
    assertThat(partitions(names.completions())).isEqualTo(3);
    assertThat(partitions(names.events())).isEqualTo(3);
    assertThat(partitions(names.definitions())).isEqualTo(1);
    assertThat(partitions(names.commands("mail"))).isEqualTo(5);
    assertThat(config(names.definitions(), "cleanup.policy")).isEqualTo("compact");
    assertThat(config(names.events(), "retention.ms"))
        .isEqualTo(Long.toString(Duration.ofDays(90).toMillis()));
    for (String topic :
        List.of(names.starts(), names.definitions(), names.deadLetters(), names.commands("mail"))) {
      assertThat(config(topic, "max.message.bytes"))
          .isEqualTo(Integer.toString(Limits.RECORD_BYTES));
    }
  }

  @Test
  void planWithoutSizesTakesThoseThatExist() throws Exception {
    topics.apply(TopicPlan.builder(names).partitions(3).build());

    TopicPlan unsized = TopicPlan.builder(names).queues(List.of("late")).build();
    topics.apply(unsized);

    assertThat(topics.check(unsized)).isEmpty();
    assertThat(partitions(names.commands("late"))).isEqualTo(3);
  }

  @Test
  void coPartitionedTopicsAreNeverResizedAndNothingElseIsChangedThen() throws Exception {
    topics.apply(TopicPlan.builder(names).partitions(3).build());

    TopicPlan larger = TopicPlan.builder(names).partitions(6).queues(List.of("mail")).build();

    assertThatThrownBy(() -> topics.apply(larger))
        .isInstanceOf(TopicsException.class)
        .hasMessageContaining(names.starts() + ": has 3 partitions, not 6")
        .hasMessageContaining(names.events() + ": has 3 partitions, not 6")
        .hasMessageContaining("another prefix for a new installation");
    assertThat(partitions(names.starts())).isEqualTo(3);
    assertThat(admin.listTopics().names().get()).doesNotContain(names.commands("mail"));
  }

  @Test
  void topicsThatShouldBeCoPartitionedAndAreNotAreFoundWithoutKnowingTheSize() throws Exception {
    createTopic(names.starts(), 3);
    createTopic(names.completions(), 4);

    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> topics.require(TopicPlan.builder(names).build()))
                    .isInstanceOf(TopicsException.class)
                    .hasMessageContaining(names.controls() + ": missing; create it with 3")
                    .hasMessageContaining(names.completions() + ": has 4 partitions, not 3"));
  }

  @Test
  void commandTopicsGrowAndNeverShrink() throws Exception {
    TopicPlan.Builder plan = TopicPlan.builder(names).partitions(2).queues(List.of("mail"));
    topics.apply(plan.commandPartitions(2).build());

    topics.apply(plan.commandPartitions(4).build());
    assertThat(partitions(names.commands("mail"))).isEqualTo(4);

    assertThat(topics.check(plan.commandPartitions(3).build())).isEmpty();
    assertThat(partitions(names.commands("mail"))).isEqualTo(4);
  }

  @Test
  void wrongConfigurationIsFoundAndFixed() throws Exception {
    TopicPlan plan = TopicPlan.builder(names).partitions(1).build();
    topics.apply(plan);
    set(names.definitions(), "cleanup.policy", "delete");
    set(names.starts(), "max.message.bytes", "1000");

    await()
        .untilAsserted(
            () ->
                assertThat(topics.check(plan))
                    .extracting(TopicDifference::describe)
                    .containsExactly(
                        "topic %s: max.message.bytes is 1000, less than 8388608; set it"
                            .formatted(names.starts()),
                        "topic %s: cleanup.policy is delete, not compact; set it"
                            .formatted(names.definitions())));
    topics.apply(plan);
    assertThat(topics.check(plan)).isEmpty();
    assertThat(config(names.definitions(), "cleanup.policy")).isEqualTo("compact");
  }

  @Test
  void operatorsMayKeepRecordsForLongerOrLargerUnlessThePlanNamesTheTime() throws Exception {
    topics.apply(TopicPlan.builder(names).partitions(1).build());
    set(names.events(), "retention.ms", "-1");
    set(names.starts(), "max.message.bytes", "20000000");

    await().untilAsserted(() -> assertThat(config(names.events(), "retention.ms")).isEqualTo("-1"));
    await()
        .untilAsserted(
            () -> assertThat(config(names.starts(), "max.message.bytes")).isEqualTo("20000000"));

    assertThat(topics.check(TopicPlan.builder(names).build())).isEmpty();
    assertThat(topics.check(TopicPlan.builder(names).eventRetention(Duration.ofDays(1)).build()))
        .hasSize(1);
  }

  @Test
  void otherReplicationIsReportedAndLeftAlone() {
    topics.apply(TopicPlan.builder(names).partitions(1).replicationFactor(1).build());

    TopicPlan three = TopicPlan.builder(names).replicationFactor(3).build();

    assertThat(topics.check(three))
        .hasSize(10)
        .allSatisfy(
            difference -> {
              assertThat(difference.fixable()).isFalse();
              assertThat(difference.describe()).contains("has 1 replicas, not 3");
            });
  }

  @Test
  void sizesAndNamesOutOfRangeAreRefused() {
    TopicPlan.Builder plan = TopicPlan.builder(names);

    assertThatThrownBy(() -> plan.partitions(0)).hasMessageContaining("partitions 0: must be 1");
    assertThatThrownBy(() -> plan.partitions(10_001)).hasMessageContaining("10001");
    assertThatThrownBy(() -> plan.replicationFactor(0)).hasMessageContaining("0: must be 1");
    assertThatThrownBy(() -> plan.queues(List.of("Mail"))).hasMessageContaining("queue 'Mail'");
    assertThatThrownBy(() -> plan.queues(List.of("m".repeat(65)))).hasMessageContaining("64");
    assertThatThrownBy(() -> plan.eventRetention(Duration.ofSeconds(1)))
        .hasMessageContaining("event retention PT1S");
  }

  private static int partitions(String topic) throws Exception {
    Map<String, TopicDescription> found =
        admin.describeTopics(List.of(topic)).allTopicNames().get();
    return found.values().iterator().next().partitions().size();
  }

  private static String config(String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> found = admin.describeConfigs(List.of(resource)).all().get();
    return found.values().iterator().next().get(name).value();
  }

  private static void set(String topic, String name, String value) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
  }

  private static void createTopic(String topic, int partitions) throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic(topic, partitions, (short) 1)
                    .configs(Map.of("max.message.bytes", "" + Limits.RECORD_BYTES))))
        .all()
        .get();
  }
}
