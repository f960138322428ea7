package dev.millrace.cli.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Rate;
import dev.millrace.schemas.QueueTarget;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(1);

  private static CliRun run(String... arguments) {
    CliRun run = CLUSTER.run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  /** What is set, as whoever changes it next finds it. */
  private static QueueSettings settings(String key) {
    try (QueueSettingsTopic topic =
        new QueueSettingsTopic(CLUSTER.connection(), QueueTarget.ofKey(key))) {
      return topic.change(former -> former);
    }
  }

  @Test
  void pauseKeepsTheLimitsAndResumeTakesThePauseAwayAlone() {
    run("queue", "limit", "payments", "--rate", "0.5", "--most-open", "7");
    CliRun pause = run("queue", "pause", "payments", "--reason", "ledger moves");

    assertThat(pause.out())
        .startsWith("queue payments is paused: paused by ")
        .contains("(ledger moves), 0.5 a second, 1 at once, 7 open at most");
    assertThat(settings("payments").pause()).isNotNull();
    run("queue", "resume", "payments");
    assertThat(settings("payments"))
        .isEqualTo(QueueSettings.NONE.withRate(new Rate(0.5, 1)).withMostOpen(7));
  }

  @Test
  void limitsOfAStepTypeAreItsOwnAndAreTakenAwayOneByOne() {
    run("queue", "limit", "mail", "--step-type", "send", "--rate", "10", "--burst", "3");
    run("queue", "limit", "mail", "--step-type", "send", "--breaker", "30", "--breaker-wait", "1m");

    assertThat(settings("mail")).isEqualTo(QueueSettings.NONE);
    assertThat(settings("mail/send"))
        .isEqualTo(
            QueueSettings.NONE
                .withRate(new Rate(10, 3))
                .withBreaker(new Breaker(30, 100, 20, 60_000, 5)));
    run("queue", "limit", "mail", "--step-type", "send", "--rate", "none");
    CliRun last = run("queue", "limit", "mail", "--step-type", "send", "--breaker", "none");
    assertThat(last.out()).contains("queue mail/send is limited: nothing is set");
  }

  @Test
  void changeThatAnotherOneComesBeforeIsMadeAgainOnTopOfIt() {
    AtomicInteger calls = new AtomicInteger();
    QueueSettings after;
    try (QueueSettingsTopic topic =
        new QueueSettingsTopic(CLUSTER.connection(), QueueTarget.of("raced"))) {
      after =
          topic.change(
              former -> {
                if (calls.incrementAndGet() == 1) {
                  run("queue", "pause", "raced");
                }
                return former.withMostOpen(3);
              });
    }

    assertThat(calls).hasValue(2);
    assertThat(after.pause()).isNotNull();
    assertThat(after.mostOpen()).isEqualTo(3);
    assertThat(settings("raced")).isEqualTo(after);
  }

  @Test
  void recordThatCannotBeReadIsPassedOver() {
    run("queue", "limit", "broken", "--most-open", "3");
    RecordSender.send(
        CLUSTER.connection(), CLUSTER.topics().queueSettings(), "broken", "?".getBytes(UTF_8));

    run("queue", "pause", "broken");

    assertThat(settings("broken").mostOpen()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "'limit q', 'nothing to set'",
    "'limit q --burst 3', '--burst 3: needs --rate'",
    "'limit q --breaker-trials 3', 'needs --breaker'",
    "'limit q --rate fast', '--rate ''fast'': must be a number'",
    "'limit q --rate 0', 'ratePerSecond 0.0: must be 0.001 to 1000000'",
    "'limit q --most-open 0', '--most-open 0: must be at least 1'",
    "'limit q --breaker 101', 'breaker.failurePercent 101: must be 1 to 100'",
    "'limit q --breaker 50 --breaker-window 5 --breaker-min-calls 6', 'must be 1 to 5'",
    "'pause NO', 'queue ''NO'': must be 1 to 64 lower-case letters'"
  })
  void whatMakesNoSenseIsRefusedWithItsLimit(String arguments, String message) {
    CliRun run = CLUSTER.run(("queue " + arguments).split(" "));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }
}
