package dev.millrace.cli.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.kafka.EmbeddedKafka;
import org.junit.jupiter.api.Test;

class TopicsCommandTest {
  @Test
  void checkFailsUntilApplyHasRun() {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start()) {
      String servers = kafka.bootstrapServers();

      CliRun before = CliRun.of("topics", "check", "--bootstrap-servers", servers);
      assertThat(before.exitCode()).isEqualTo(1);
      assertThat(before.out())
          .contains("apply  topic millrace.workflow-starts.v1: missing; create it with 12");

      CliRun apply =
          CliRun.of(
              "topics",
              "apply",
              "--bootstrap-servers",
              servers,
              "--partitions",
              "2",
              "--queue",
              "mail");
      assertThat(apply.exitCode()).isZero();
      assertThat(apply.out()).contains("11 topics are as they must be");

      CliRun after = CliRun.of("topics", "check", "--bootstrap-servers", servers);
      assertThat(after.exitCode()).isZero();
      assertThat(after.out()).isEqualTo("10 topics are as they must be%n".formatted());

      CliRun resize =
          CliRun.of("topics", "apply", "--bootstrap-servers", servers, "--partitions", "4");
      assertThat(resize.exitCode()).isEqualTo(1);
      assertThat(resize.err()).startsWith("millrace: nothing was changed");
    }
  }

  @Test
  void printNeedsNoKafka() {
    CliRun run = CliRun.of("topics", "print", "--prefix", "acme.", "--queue", "mail");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("acme.step-commands.mail.v1  partitions=12")
        .contains("acme.workflow-definitions.v1  partitions=1  cleanup.policy=compact");
  }

  @Test
  void impossibleSizesAreWrongUse() {
    CliRun run = CliRun.of("topics", "print", "--partitions", "0");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("partitions 0: must be 1 to 10000");
  }
}
