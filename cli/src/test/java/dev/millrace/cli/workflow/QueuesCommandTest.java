package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import org.junit.jupiter.api.Test;

/** Against a server that answers as an engine does. */
class QueuesCommandTest {
  private static final String BACKLOG =
      """
      {"queues":{"default":{"lag":0,"held":0,"oldestAgeMs":0,"backlog":0,"sampleAgeMs":430},
       "payments":{"lag":412,"held":9120,"oldestAgeMs":14200,"stale":true,"sampleAgeMs":61000}},
       "partial":true}\
      """;

  private static CliRun run(String answer, String... options) throws Exception {
    try (FakeEngine engine = new FakeEngine(path -> path.equals("/backlog") ? answer : "")) {
      String[] arguments = new String[options.length + 3];
      arguments[0] = "queues";
      arguments[1] = "--http";
      arguments[2] = engine.url();
      System.arraycopy(options, 0, arguments, 3, options.length);
      return CliRun.of(arguments);
    }
  }

  @Test
  void queuesAreATableThatSaysWhatIsOldAndWhatIsMissing() throws Exception {
    CliRun run = run(BACKLOG);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "QUEUE     LAG            HELD  OLDEST",
            "default   0              0     -",
            "payments  412, 61 s ago  9120  14 s",
            "Some engine does not answer: more may be held.");
  }

  @Test
  void whatIsSetForQueuesIsShownBelow() throws Exception {
    CliRun run =
        run(
            """
            {"queues":{"mail":{"lag":0,"held":3,"oldestAgeMs":1000,"backlog":3,"sampleAgeMs":4,"openBreakers":2,
             "settings":{"paused":{"since":"2026-11-22T01:14:19Z","by":"ada","reason":"move"},"mostOpen":50},
             "stepTypes":{"send":{"breaker":{"waitMs":60000}}}}},"partial":false}\
            """);

    assertThat(run.out().lines())
        .containsExactly(
            "QUEUE  LAG  HELD  OLDEST",
            "mail   0    3     1 s",
            "mail: paused by ada since 2026-11-22T01:14:19Z (move), 50 open at most",
            "mail/send: breaker at 50 % of 100, for 1m",
            "mail: 2 breakers of its tasks hold back commands");
  }

  @Test
  void enginesThatTakeNoStartsSayWhy() throws Exception {
    CliRun run =
        run(
            """
            {"queues":{},"intake":[{"engine":"e:8480","reason":"open-workflows","value":2000120,
             "limit":2000000,"resumesAt":1800000,"sinceMs":1763769600123}],"partial":false}\
            """);

    assertThat(run.out().lines())
        .last()
        .isEqualTo(
            "Engine e:8480 leaves starts in Kafka since 2025-11-22T00:00:00Z for open-workflows:"
                + " 2000120, the limit is 2000000; it takes them again at 1800000.");
  }

  @Test
  void answerOfTheEngineIsShownAsItIs() throws Exception {
    CliRun run = run("{\"queues\":{}}", "--json");

    assertThat(run.out().strip()).isEqualTo("{\"queues\":{}}");
  }

  @Test
  void engineWithoutABacklogIsNamed() throws Exception {
    CliRun run = run("");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("does not tell its backlog");
  }
}
