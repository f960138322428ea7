package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as an engine does. */
class EngineCommandsTest {
  private static final String WORKFLOW =
      """
      {"workflowId":"w 1","status":"FAILED","definition":"order","version":3,"tenant":"","priority":5,
       "startedAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:00:05Z",
       "steps":{"total":4,"succeeded":2,"open":1,"waiting":1},
       "failure":{"type":"BadInput","message":"no address"}}""";

  private static final String CANCELLED =
      """
      {"workflowId":"cancelled-with-a-long-id","status":"CANCELLED","definition":"order","version":3,
       "startedAt":"2026-01-01T00:00:00.001Z","steps":{"total":4,"succeeded":1,"open":0,"waiting":3},
       "failure":{"type":"millrace.cancelled","message":""}}""";

  private static final String OPEN =
      """
      {"step":"pay","type":"pay","queue":"q","status":"OPEN","attempt":2,"waitsFor":0,
       "due":"2026-01-01T00:01:00Z"}""";
  private static final String BACKING_OFF =
      """
      {"step":"ship","type":"ship","queue":"q","status":"BACKING_OFF","attempt":1,"waitsFor":0,
       "due":"2026-01-01T00:02:00Z"}""";
  private static final String WAITING =
      """
      {"step":"mail","type":"mail","queue":"q","status":"WAITING","attempt":0,"waitsFor":2,
       "due":null}""";

  private static final String SUSPENDED =
      """
      {"step":"approve","type":"","queue":"","status":"SUSPENDED","attempt":1,"waitsFor":0,
       "due":"2026-01-03T00:00:00Z","signal":"approval","form":{"title":"Is it right?"}}""";

  private static final String DELAYED =
      """
      {"step":"pause","type":"","queue":"","status":"SUSPENDED","attempt":1,"waitsFor":0,
       "due":"2026-01-04T00:00:00Z","child":null,"signal":null}""";
  private static final String WITH_CHILD =
      """
      {"step":"sub","type":"","queue":"","status":"SUSPENDED","attempt":1,"waitsFor":0,
       "due":"2026-01-05T00:00:00Z","child":"w 1.sub.1","signal":null}""";
  private static final String WITH_BRANCHES =
      """
      {"step":"each","type":"each","queue":"q","status":"SUSPENDED","attempt":1,"waitsFor":0,
       "due":"2026-01-06T00:00:00Z","child":null,"signal":null}""";

  private FakeEngine engine;

  @BeforeEach
  void startEngine() throws Exception {
    engine =
        new FakeEngine(
            path ->
                switch (path) {
                  case "/workflows/w%201" -> WORKFLOW;
                  case "/workflows/cancelled" -> CANCELLED;
                  case "/workflows/w%201/steps/each/results?page=0" -> "{\"results\":[1,null]}";
                  case "/workflows/w%201/steps/each/results?page=1" ->
                      "{\"results\":null,\"error\":\"page 1 is too large\"}";
                  case "/workflows/w%201/steps/each/results?page=2" -> "{\"results\":[{\"a\":2}]}";
                  case "/workflows/w%201/steps?which=active&from=0&limit=20" ->
                      "{\"steps\":[" + OPEN + "],\"next\":2}";
                  case "/workflows/w%201/steps?which=unfinished&from=0&limit=1000" ->
                      "{\"steps\":[" + OPEN + "],\"next\":2}";
                  case "/workflows/w%201/steps?which=unfinished&from=2&limit=1000" ->
                      "{\"steps\":["
                          + BACKING_OFF
                          + ","
                          + WAITING
                          + ","
                          + String.join(",", SUSPENDED, DELAYED, WITH_CHILD, WITH_BRANCHES)
                          + "],\"next\":null}";
                  case "/workflows?limit=100" ->
                      "{\"workflows\":[" + WORKFLOW + "," + CANCELLED + "],\"partial\":false}";
                  case "/workflows?limit=1&status=FAILED&definition=order%2F3" ->
                      "{\"workflows\":[],\"next\":\"v\",\"partial\":false}";
                  case "/workflows?limit=1&after=v&status=FAILED&definition=order%2F3" ->
                      "{\"workflows\":[" + WORKFLOW + "],\"next\":\"w 1\",\"partial\":false}";
                  case "/workflows?limit=5&status=FAILED" ->
                      "{\"workflows\":[" + WORKFLOW + "],\"partial\":true}";
                  default -> "";
                });
  }

  @AfterEach
  void stopEngine() {
    engine.close();
  }

  @Test
  void statusShowsWhereAWorkflowStands() {
    CliRun run = run("status", "w 1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("definition  order/3")
        .contains("steps       2 of 4 succeeded")
        .contains("failure     BadInput: no address")
        .doesNotContain("tenant", "waiting");
    assertThat(run("status", "w 1", "--json").out()).startsWith("{\"workflowId\":\"w 1\"");
  }

  @Test
  void resultsGoOnAfterAPageThatIsTooLargeAndSayThatItIsLeftOut() {
    CliRun run = run("results", "w 1", "each");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines()).containsExactly("1", "null", "{\"a\":2}");
    assertThat(run.err().lines()).containsExactly("millrace: page 1 is too large");
  }

  @Test
  void resultsOfOnePageAreThatPageAlone() {
    assertThat(run("results", "w 1", "each", "--page", "2").out().lines())
        .containsExactly("{\"a\":2}");
    CliRun run = run("results", "w 1", "each", "--page", "3");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("no page 3");
  }

  @Test
  void unknownWorkflowIsNamed() {
    CliRun run = run("status", "w2");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("millrace: workflow 'w2': the engine knows none")
        .contains("'millrace events w2' shows why a start was rejected");
  }

  @Test
  void failureWithoutMessageIsItsTypeAlone() {
    assertThat(run("status", "cancelled").out().lines()).contains("failure     millrace.cancelled");
  }

  @Test
  void listIsAsWideAsNeededAndBeginsWithWhatStartedLast() {
    assertThat(run("list").out().lines())
        .containsExactly(
            "WORKFLOW                  STATUS     DEFINITION  STEPS  STARTED",
            "cancelled-with-a-long-id  CANCELLED  order/3     1/4    2026-01-01T00:00:00.001Z",
            "w 1                       FAILED     order/3     2/4    2026-01-01T00:00:00Z");
  }

  @Test
  void statusShowsWhatIsUnderWayAndOnRequestAllThatIsNotFinished() {
    assertThat(run("status", "w 1").out().lines())
        .endsWith(
            "  OPEN        pay#2, times out at 2026-01-01T00:01:00Z, queue q",
            "            more with --steps");
    assertThat(run("status", "w 1", "--steps").out().lines())
        .endsWith(
            "  OPEN        pay#2, times out at 2026-01-01T00:01:00Z, queue q",
            "  BACKING_OFF ship#1, next attempt at 2026-01-01T00:02:00Z, queue q",
            "  WAITING     mail, waits for 2 steps",
            "  SUSPENDED   approve#1, waits for signal approval, times out at 2026-01-03T00:00:00Z",
            "              {\"title\":\"Is it right?\"}",
            "  SUSPENDED   pause#1, goes on at 2026-01-04T00:00:00Z",
            "  SUSPENDED   sub#1, waits for workflow w 1.sub.1, times out at 2026-01-05T00:00:00Z",
            "  SUSPENDED   each#1, times out at 2026-01-06T00:00:00Z, queue q");
    assertThat(run("status", "w 1", "--steps", "--json").out().lines())
        .hasSize(7)
        .allMatch(line -> line.startsWith("{\"step\":"));
  }

  @Test
  void listFollowsThePagesAndSaysWhereToGoOn() {
    CliRun run =
        run("list", "--where", "status=FAILED", "--where", "definition=order/3", "--limit", "1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(2).last().asString().startsWith("w 1");
    assertThat(run.err()).contains("there are more; go on with --after 'w 1'");
    CliRun unknown = run("list", "--where", "stat=FAILED");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("--where: filter 'stat' is not known; there are definition");
  }

  @Test
  void listSaysWhenItIsNotComplete() {
    CliRun run = run("list", "--status", "FAILED", "--limit", "5");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("w 1").contains("order/3").contains("2/4");
    assertThat(run.err()).contains("not complete");
    assertThat(run("list", "--limit", "0").exitCode()).isEqualTo(2);
  }

  @Test
  void engineThatDoesNotAnswerIsNamed() {
    engine.close();

    CliRun run = run("status", "w 1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("millrace: engine " + engine.url() + ": does not answer");
  }

  private CliRun run(String command, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = command;
    System.arraycopy(more, 0, arguments, 1, more.length);
    arguments[more.length + 1] = "--http";
    arguments[more.length + 2] = engine.url();
    return CliRun.of(arguments);
  }
}
