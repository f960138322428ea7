package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as an engine does. */
class WhyCommandTest {
  private static final String HEAD =
      """
      {"workflowId":"w 1","status":"RUNNING","paused":true,"startedAt":"2026-01-01T00:00:00Z",
       "endedAt":null,"now":"2026-01-01T00:01:00Z","steps":[%s],"next":%s}\
      """;
  private static final String ENDED =
      """
      {"workflowId":"w 2","status":"FAILED","paused":false,"startedAt":"2026-01-01T00:00:00Z",
       "endedAt":"2026-01-01T00:00:30Z","now":"2026-01-01T00:01:00Z","steps":[],"next":null}\
      """;

  private static final String OPEN =
      wait(
          "\"step\":\"pay\",\"queue\":\"q\",\"status\":\"OPEN\",\"attempt\":2,\"due\":\"2026-01-01T00:02:00Z\"",
          "\"since\":\"2026-01-01T00:00:40Z\",\"lastSign\":\"2026-01-01T00:00:58Z\"");
  private static final String SILENT =
      wait(
          "\"step\":\"pay\",\"queue\":\"q\",\"status\":\"OPEN\",\"attempt\":1,\"due\":null",
          "\"since\":null,\"awaitsSign\":true");
  private static final String AT_THE_QUEUE =
      wait(
          "\"step\":\"ship\",\"queue\":\"q\",\"status\":\"READY\",\"held\":\"queue\"",
          "\"since\":\"2026-01-01T00:00:00Z\",\"queue\":{\"open\":9,\"window\":10,\"paused\":false},"
              + "\"place\":{\"higher\":3,\"before\":12,\"more\":false}");
  private static final String WAITING =
      wait(
          "\"step\":\"mail\",\"status\":\"WAITING\",\"waitsFor\":2",
          "\"since\":\"2026-01-01T00:00:00Z\",\"dependencies\":[{\"step\":\"pay\",\"status\":\"OPEN\"},"
              + "{\"step\":\"ship\",\"status\":\"READY\"}],\"moreDependencies\":3,\"part\":\"MAIN\"");

  private String steps = "";
  private FakeEngine engine;

  private static String wait(String state, String more) {
    return "{\"state\":{" + state + "}," + more + "}";
  }

  @BeforeEach
  void startEngine() throws Exception {
    engine =
        new FakeEngine(
            path ->
                switch (path) {
                  case "/workflows/w%201/why?from=0&limit=50" -> HEAD.formatted(steps, "7");
                  case "/workflows/w%201/why?from=0&limit=1000" -> HEAD.formatted(steps, "7");
                  case "/workflows/w%201/why?from=7&limit=1000" -> HEAD.formatted(WAITING, "null");
                  case "/workflows/w%201/why?from=0&limit=50&step=a%2Fb" ->
                      HEAD.formatted(AT_THE_QUEUE, "null");
                  case "/workflows/w%202/why?from=0&limit=50" -> ENDED;
                  default -> "";
                });
  }

  @AfterEach
  void stopEngine() {
    engine.close();
  }

  /** The line about a step that waits as the engine says. */
  private String line(String wait) {
    steps = wait;
    return run("why", "w 1").out().lines().toList().get(1);
  }

  @Test
  void everyStepHasALineWithWhatItWaitsForAndSinceWhen() {
    steps = OPEN + "," + AT_THE_QUEUE;
    CliRun run = run("why", "w 1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "w 1 RUNNING, paused, started 2026-01-01T00:00:00Z",
            "  OPEN        pay#2, waits for a worker of queue q since 2026-01-01T00:00:40Z (20 s),"
                + " last sign of it at 2026-01-01T00:00:58Z (2 s), times out at"
                + " 2026-01-01T00:02:00Z",
            "  READY       ship, waits for queue q (9 of 10 attempts are open) since"
                + " 2026-01-01T00:00:00Z (60 s); 15 go before it, 3 of them of higher priority",
            "              more with --all");
    assertThat(run("why", "w 1", "--all").out().lines())
        .hasSize(4)
        .last()
        .isEqualTo(
            "  WAITING     mail, waits for 2 of pay (OPEN), ship (READY), 3 more since"
                + " 2026-01-01T00:00:00Z (60 s)");
  }

  @Test
  void oneStepCanBeAskedFor() {
    assertThat(run("why", "w 1", "a/b").out().lines())
        .hasSize(2)
        .last()
        .asString()
        .contains("ship");
  }

  @Test
  void jsonIsTheAnswerOfTheEngine() {
    assertThat(run("why", "w 1", "--json", "--all").out().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"workflowId\":\"w 1\""));
  }

  @Test
  void whatHoldsAStepIsSaidInWordsAndAReasonThatIsNotKnownAsItIs() {
    String state = "\"step\":\"s\",\"queue\":\"q\",\"status\":\"READY\",\"held\":\"%s\"";
    assertThat(line(wait(state.formatted("paused"), "\"since\":null")))
        .isEqualTo("  READY       s, waits for its workflow to be resumed");
    assertThat(line(wait(state.formatted("max-parallel"), "\"since\":null")))
        .endsWith("its workflow has as many open as maxParallel allows");
    assertThat(
            line(
                wait(
                    state.formatted("window") + ",\"due\":\"2026-01-02T08:00:00Z\"",
                    "\"since\":null")))
        .endsWith("s, waits for its delivery window until 2026-01-02T08:00:00Z");
    assertThat(line(wait(state.formatted("queue"), "\"since\":null,\"queue\":{\"paused\":true}")))
        .endsWith("s, waits for queue q, which is paused");
    assertThat(line(wait(state.formatted("breaker"), "\"since\":null")))
        .endsWith("s, waits for queue q (breaker)");
    assertThat(
            line(
                wait(
                    state.formatted("queue"),
                    "\"place\":{\"higher\":0,\"before\":1000,\"more\":true}")))
        .endsWith("queue q; more than 1000 go before it");
    assertThat(line(wait(state.formatted("queue"), "\"place\":{\"higher\":0,\"before\":0}")))
        .endsWith("queue q; it is the next of its tenant");
  }

  @Test
  void whatSuspendsAStepIsSaid() {
    String state =
        "\"step\":\"s\",\"status\":\"SUSPENDED\",\"attempt\":1,\"due\":\"2026-01-02T00:00:00Z\"";
    assertThat(line(wait(state + ",\"signal\":\"go\"", "\"since\":\"2026-01-01T00:00:30Z\"")))
        .isEqualTo(
            "  SUSPENDED   s#1, waits for signal go since 2026-01-01T00:00:30Z (30 s), times out at"
                + " 2026-01-02T00:00:00Z");
    assertThat(line(wait(state + ",\"child\":\"w 1.s.1\"", "\"since\":null")))
        .endsWith("s#1, waits for workflow w 1.s.1, times out at 2026-01-02T00:00:00Z");
    assertThat(line(wait(state, "\"since\":null")))
        .endsWith("s#1, waits for a time, until 2026-01-02T00:00:00Z");
    String branches = "\"branches\":{\"total\":10,\"finished\":4,\"open\":2,\"held\":%d}";
    assertThat(
            line(
                wait(
                    state + ",\"queue\":\"q\",\"held\":\"rate\"",
                    branches.formatted(4) + ",\"place\":{\"higher\":0,\"before\":3}")))
        .contains("; the first of these for queue q (rate); 3 go before it");
    assertThat(line(wait(state, branches.formatted(0))))
        .contains("s#1, waits for 6 of 10 branches: 2 are open, 0 are held, times out at");
    assertThat(
            line(
                wait(
                    state + ",\"queue\":\"q\"",
                    branches.formatted(4) + ",\"place\":{\"higher\":0,\"before\":3}")))
        .contains("4 are held; the first of these for queue q; 3 go before it");
  }

  @Test
  void otherStepsSayWhatIsKnownOfThem() {
    assertThat(line(SILENT))
        .isEqualTo("  OPEN        pay#1, waits for a worker of queue q, no sign of one yet");
    assertThat(
            line(
                wait(
                    "\"step\":\"s\",\"status\":\"BACKING_OFF\",\"attempt\":1,\"due\":\"2026-01-01T00:02:00Z\"",
                    "\"since\":null")))
        .endsWith("s#1, waits for its next attempt at 2026-01-01T00:02:00Z");
    for (List<String> each :
        List.of(
            List.of("MAIN", "waits for its turn"),
            List.of("FINALLY", "waits for the end of the other steps"),
            List.of("COMPENSATION", "runs only to undo its step"))) {
      assertThat(
              line(
                  wait(
                      "\"step\":\"s\",\"status\":\"WAITING\"",
                      "\"part\":\"" + each.getFirst() + "\"")))
          .endsWith(each.getLast());
    }
    assertThat(
            line(wait("\"step\":\"s\",\"status\":\"SUCCEEDED\",\"attempt\":1", "\"since\":null")))
        .endsWith("SUCCEEDED   s#1, waits for nothing");
  }

  @Test
  void nothingWaitsOfAWorkflowThatHasEnded() {
    assertThat(run("why", "w 2").out().lines())
        .containsExactly(
            "w 2 FAILED, started 2026-01-01T00:00:00Z, ended 2026-01-01T00:00:30Z: nothing waits");
  }

  @Test
  void unknownWorkflowIsNamed() {
    CliRun run = run("why", "w3");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("millrace: workflow 'w3': the engine knows none of that id");
  }

  private CliRun run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--http";
    all[arguments.length + 1] = engine.url();
    return CliRun.of(all);
  }
}
