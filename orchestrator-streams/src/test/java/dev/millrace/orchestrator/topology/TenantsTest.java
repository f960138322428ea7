package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.TenantQuota;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** What tenants get of an engine that is asked for more than there is. */
class TenantsTest extends DrivenEngineCase {
  private static final int TENANTS = 100;

  private static WorkflowDefinition definition(String name, StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private void start(String workflowId, String definition, String tenant) {
    start(workflowId, definition, tenant, engine.now());
  }

  private void cancelAndStart(String workflowId, String tenant) {
    WorkflowStart start =
        WorkflowStart.newBuilder()
            .setDefinition("one")
            .setTenant(tenant)
            .setOnDuplicate(DuplicatePolicy.CANCEL_EXISTING)
            .build();
    engine.send(engine.topics.starts(), workflowId, engine.starts.encode(start));
  }

  private void start(String workflowId, String definition, String tenant, Instant sent) {
    WorkflowStart start =
        WorkflowStart.newBuilder().setDefinition(definition).setTenant(tenant).build();
    engine.send(
        engine.topics.starts(),
        new TestRecord<>(
            workflowId.getBytes(UTF_8), engine.starts.encode(start), new RecordHeaders(), sent));
  }

  @Test
  void hundredTenantsOfEqualWeightAndSkewedLoadAreServedFairly() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.windows.put("queue", 1);
    int[] asked = zipf(3_000);
    List<Integer> order = new ArrayList<>();
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      order.addAll(Collections.nCopies(asked[tenant], tenant));
    }
    Collections.shuffle(order, new Random(7));
    engine.advance(DrivenEngine.TICK);
    for (int i = 0; i < order.size(); i++) {
      start(order.get(i) + "-" + i, "one", "t" + order.get(i));
    }

    int capacity = 1_000;
    int[] served = new int[TENANTS];
    for (int done = 0; done < capacity; ) {
      for (StepCommand command : engine.commands()) {
        String id = command.getWorkflowId();
        served[Integer.parseInt(id.substring(0, id.indexOf('-')))]++;
        done++;
        engine.succeed(id, "a", 1, null);
      }
    }

    double[] fair = maxMinShares(asked, Arrays.stream(served).sum());
    double[] satisfied = new double[TENANTS];
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      satisfied[tenant] = served[tenant] / fair[tenant];
    }
    assertThat(jain(satisfied)).isGreaterThanOrEqualTo(0.95);
    assertThat(Arrays.stream(served).sum()).isCloseTo(capacity, within(1));
    assertThat(asked[0]).as("the noisiest asks for much more").isGreaterThan(20 * served[0]);
  }

  /** How much each tenant asks for, the first most. */
  private static int[] zipf(int sum) {
    double harmonic = 0;
    for (int rank = 1; rank <= TENANTS; rank++) {
      harmonic += 1.0 / rank;
    }
    int[] asked = new int[TENANTS];
    for (int rank = 1; rank <= TENANTS; rank++) {
      asked[rank - 1] = (int) Math.ceil(sum / harmonic / rank);
    }
    return asked;
  }

  /** What each gets when nobody gets more than it asks for, and the rest is shared equally. */
  private static double[] maxMinShares(int[] asked, int capacity) {
    double[] shares = new double[asked.length];
    double left = capacity;
    List<Integer> unserved = new ArrayList<>();
    for (int i = 0; i < asked.length; i++) {
      unserved.add(i);
    }
    unserved.sort((one, other) -> Integer.compare(asked[one], asked[other]));
    for (int i = 0; i < unserved.size(); i++) {
      int tenant = unserved.get(i);
      shares[tenant] = Math.min(asked[tenant], left / (unserved.size() - i));
      left -= shares[tenant];
    }
    return shares;
  }

  /** R. Jain, D.-M. Chiu, W. Hawe 1984: 1 when all are equal, 1/n when one has everything. */
  private static double jain(double[] values) {
    double sum = Arrays.stream(values).sum();
    double squares = Arrays.stream(values).map(value -> value * value).sum();
    return sum * sum / (values.length * squares);
  }

  @Test
  void startsBeyondTheOpenWorkflowsOfATenantAreRejectedUntilSomeHaveEnded() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(2, 0));
    start("u", "one", "acme");
    start("v", "one", "acme");
    start("other", "one", "umbrella");
    engine.eventTypes();

    start("w", "one", "acme");

    assertThat(engine.eventTypes()).containsExactly(EventType.WORKFLOW_REJECTED);
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo("start-rejected");
              assertThat(header(letter, HeaderNames.ERROR_MESSAGE))
                  .contains("tenant 'acme' has 2 open workflows", "may have 2");
            });
    assertThat(engine.meters().counter("millrace.tenant.rejected", "tenant", "acme").count())
        .isEqualTo(1);

    engine.succeed("u", "a", 1, null);
    start("x", "one", "acme");
    assertThat(engine.attempts()).hasSize(4);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void controlsOfAStartThatIsRejectedAreRejectedToo() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(1, 0));
    start("u", "one", "acme");
    engine.control("w", DrivenEngine.order(ControlAction.PAUSE));

    start("w", "one", "acme");

    assertThat(engine.deadLetters()).hasSize(2);
  }

  @Test
  void openWorkflowsOfATenantAreCountedAgainAfterARestart() {
    WorkflowDefinition one = definition("one", Definitions.step("a"));
    engine.define(one);
    engine.windows.quotas.put("acme", new TenantQuota(2, 0));
    start("u", "one", "acme");
    start("v", "one", "acme");
    engine.restartWhole(one);
    engine.advance(DrivenEngine.TICK);

    engine.send(engine.topics.starts(), "pad-0", engine.startBytes("one"));
    engine.send(engine.topics.starts(), "pad-1", engine.startBytes("one"));
    start("w", "one", "acme");

    assertThat(engine.deadLetters()).hasSize(1);
  }

  @Test
  void startsOfATenantAreSpreadOverTime() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(0, 2));
    for (int i = 0; i < 5; i++) {
      start("w-" + i, "one", "acme");
    }
    assertThat(engine.attempts()).hasSize(2);
    assertThat(engine.deadLetters()).hasSize(3);

    engine.advance(Duration.ofMillis(500));
    start("x", "one", "acme");
    start("y", "one", "acme");
    assertThat(engine.attempts()).hasSize(1);

    engine.advance(Duration.ofHours(1));
    for (int i = 0; i < 5; i++) {
      start("z-" + i, "one", "acme");
    }
    assertThat(engine.attempts()).as("no more than a second's worth is saved").hasSize(2);
  }

  @Test
  void childrenBeginWhateverTheirTenantHas() {
    engine.define(definition("one", Definitions.step("a")));
    engine.define(
        definition(
            "parent",
            TestStep.of("child")
                .does(new StepAction.StartChild("one", 0, null, null, false, true))
                .build()));
    engine.windows.quotas.put("acme", new TenantQuota(1, 1));

    start("p", "parent", "acme");

    assertThat(engine.attempts()).containsExactly("a/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void childWhoseStartIsOnTheTopicOfOtherStartsBeginsWhateverItsTenantHas() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(1, 0));
    start("w", "one", "acme");
    WorkflowStart child =
        WorkflowStart.newBuilder()
            .setDefinition("one")
            .setTenant("acme")
            .setParent(new ParentStep("p", "child", 1, 1, -1))
            .build();

    engine.send(engine.topics.starts(), "p.child.1", engine.starts.encode(child));

    assertThat(engine.attempts()).hasSize(2);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void runOfAScheduleIsNoChildAndKeepsToWhatItsTenantMayHave() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(1, 0));
    start("w", "one", "acme");
    WorkflowStart run =
        WorkflowStart.newBuilder()
            .setDefinition("one")
            .setTenant("acme")
            .setParent(new ParentStep("s", "20260101T120100Z", 1, 1, -1))
            .build();

    engine.send(engine.topics.starts(), "s@20260101T120100Z", engine.starts.encode(run));

    assertThat(engine.attempts()).hasSize(1);
    assertThat(engine.deadLetters())
        .extracting(letter -> header(letter, HeaderNames.ERROR_CODE))
        .contains("start-rejected");
  }

  @Test
  void startsThatHaveWaitedForTheEngineAreJudgedByWhenTheyWereSent() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(0, 2));
    start("w", "one", "acme");
    engine.advance(Duration.ofSeconds(11));

    for (int i = 0; i < 20; i++) {
      start("w-" + i, "one", "acme", DrivenEngine.NOON.plusMillis(500L * (i + 1)));
    }
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.attempts()).hasSize(21);

    for (int i = 0; i < 20; i++) {
      start("x-" + i, "one", "acme", DrivenEngine.NOON.plusSeconds(10).plusMillis(i));
    }
    assertThat(engine.deadLetters()).as("too many of them at once").hasSizeBetween(18, 20);
  }

  @Test
  void startsOfAClockThatIsSlowOrFastAreJudgedByWhenTheyAreRead() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(0, 2));
    start("w", "one", "acme");
    for (int i = 0; i < 20; i++) {
      engine.advance(Duration.ofMillis(500));
      start("w-" + i, "one", "acme", DrivenEngine.NOON.minusSeconds(3_600));
    }
    assertThat(engine.deadLetters()).isEmpty();

    for (int i = 0; i < 20; i++) {
      start("x-" + i, "one", "acme", engine.now().plusSeconds(3_600 + i));
    }
    assertThat(engine.deadLetters()).hasSizeBetween(18, 20);
  }

  @Test
  void startThatCancelsWhatIsThereCountsInTheRate() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(0, 2));
    for (int i = 0; i < 5; i++) {
      cancelAndStart("w", "acme");
    }

    assertThat(engine.attempts()).hasSize(2);
    assertThat(engine.deadLetters()).hasSize(3);
  }

  @Test
  void startThatCancelsWhatIsThereTakesThePlaceOfOneOfItsTenantButOfNoOther() {
    engine.define(definition("one", Definitions.step("a")));
    engine.windows.quotas.put("acme", new TenantQuota(1, 0));
    start("w", "one", "acme");
    start("other", "one", "umbrella");
    engine.attempts();

    cancelAndStart("w", "acme");
    assertThat(engine.attempts()).hasSize(1);
    assertThat(engine.deadLetters()).isEmpty();

    cancelAndStart("other", "acme");
    assertThat(engine.attempts()).isEmpty();
    assertDeadLetter("start-rejected");
    engine.succeed("other", "a", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void startThatIsRejectedLeavesTheOneThatWaitsUnderItsIdAndItsControls() {
    engine.windows.quotas.put("acme", new TenantQuota(0, 1));
    start("w", "one", "acme");
    engine.control("w", DrivenEngine.order(ControlAction.CANCEL));

    cancelAndStart("w", "acme");

    assertDeadLetter("start-rejected");
    assertThat(engine.eventTypes()).isEmpty();
    engine.define(definition("one", Definitions.step("a")));
    engine.advance(Duration.ofSeconds(1));
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_CANCELLED);
  }
}
