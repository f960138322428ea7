package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that wait for what an operator has set for their queue. */
class QueueSettingsTest extends QueueSettingsCase {
  private static final QueueSettings NONE = QueueSettings.NONE;

  @Test
  void pausedQueueIsSentNothingNotEvenAfterARestartAndGoesOnInOrder() {
    engine.define(ONE);
    set(QUEUE, paused());
    start("low", "one", 1);
    start(3, "w", "one");
    start("high", "one", 9);
    assertThat(sent()).isEmpty();
    assertThat(reasons()).containsExactly("queue-paused");

    restart(ONE);
    start("late", "one", 5);
    engine.advance(Duration.ofMinutes(1));
    assertThat(sent()).isEmpty();

    set(QUEUE, NONE);
    assertThat(sent()).containsExactly("high", "w000", "w001", "w002", "late", "low");
  }

  @Test
  void pauseHoldsBackWhatFollowsAnAttemptThatWasOpen() {
    engine.define(ONE);
    start("w", "one", 5);
    assertThat(sent()).containsExactly("w");
    set(QUEUE, paused());

    engine.fail("w", "a", 1);
    start("v", "one", 5);
    engine.advance(Duration.ofMinutes(1));

    assertThat(sent()).isEmpty();
    assertThat(engine.report.queue(QUEUE).orElseThrow().isPaused()).isTrue();
  }

  @Test
  void rateIsKeptExactlyWithinItsBurst() {
    engine.define(ONE);
    set(QUEUE, NONE.withRate(new Rate(50, 5)));
    for (int i = 0; i < 300; i++) {
      start("w%03d".formatted(i), "one", 5);
    }
    List<String> order = new ArrayList<>(sent());
    assertThat(order).hasSize(5);
    assertThat(reasons()).containsExactly("rate");

    for (int ticks = 1; ticks <= 250; ticks++) {
      engine.advance(DrivenEngine.TICK);
      order.addAll(sent());
      assertThat(order).as("after %d ticks", ticks).hasSize(5 + ticks);
    }
    assertThat(order).isSorted();
  }

  @Test
  void rateHoldsThoughAttemptsEndAtOnce() {
    engine.define(ONE);
    set(QUEUE, NONE.withRate(new Rate(10, 1)));
    start(20, "w", "one");
    int sent = 0;
    for (int ticks = 0; ticks < 50; ticks++) {
      for (String id : sent()) {
        sent++;
        engine.succeed(id, "a", 1, null);
      }
      engine.advance(DrivenEngine.TICK);
    }
    assertThat(sent).isBetween(10, 11);
  }

  @Test
  void moreAttemptsThanTheLimitAreNeverOpen() {
    engine.define(ONE);
    set(QUEUE, NONE.withMostOpen(3));
    start(10, "w", "one");
    assertThat(reasons()).containsExactly("concurrency");
    List<String> order = new ArrayList<>(sent());
    assertThat(order).hasSize(3);

    for (int i = 0; i < 10; i++) {
      engine.succeed("w%03d".formatted(i), "a", 1, null);
      order.addAll(sent());
      assertThat(order).hasSize(Math.min(10, 4 + i));
    }
    assertThat(order).isSorted();
  }

  @Test
  void limitThatIsSetWhileAttemptsAreOpenCountsThem() {
    engine.define(ONE);
    start(5, "w", "one");
    assertThat(sent()).hasSize(5);
    set(QUEUE, NONE.withMostOpen(4));

    start("next", "one", 5);
    engine.succeed("w000", "a", 1, null);
    assertThat(sent()).isEmpty();
    engine.succeed("w001", "a", 1, null);
    assertThat(sent()).containsExactly("next");
  }

  @Test
  void limitHoldsForWhatWasOpenBeforeARestart() {
    engine.define(ONE);
    set(QUEUE, NONE.withMostOpen(2));
    start(4, "w", "one");
    sent();
    restart(ONE);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).isEmpty();
    engine.succeed("w000", "a", 1, null); // offsets begin at 0 again
    for (int i = 0; i < 4; i++) {
      engine.succeed("nobody", "a", 1, null);
    }
    engine.succeed("w000", "a", 1, null);
    assertThat(sent()).containsExactly("w002");
  }

  @Test
  void failuresOpenTheBreakerAndTrialsCloseIt() {
    engine.define(ONE);
    set(QUEUE, NONE.withBreaker(new Breaker(50, 10, 4, 1_000, 2)));
    start(4, "f", "one");
    sent().forEach(id -> engine.fail(id, "a", 1));
    start(5, "w", "one");
    assertThat(sent()).isEmpty();
    assertThat(reasons()).containsExactly("breaker");
    engine.advance(Duration.ofMillis(900));
    assertThat(sent()).isEmpty();

    engine.advance(Duration.ofMillis(200));
    List<String> trials = sent();
    assertThat(trials).containsExactly("w000", "w001");
    engine.advance(Duration.ofSeconds(1));
    assertThat(engine.report.queue(QUEUE).orElseThrow().openBreakers()).isEqualTo(1);
    assertThat(sent()).isEmpty();
    trials.forEach(id -> engine.succeed(id, "a", 1, null));
    engine.advance(Duration.ofSeconds(1));

    assertThat(sent()).containsExactly("w002", "w003", "w004");
    assertThat(engine.report.queue(QUEUE).orElseThrow().openBreakers()).isZero();
  }

  @Test
  void trialsThatAreCancelledDoNotKeepABreakerOpenBesideALongAttempt() {
    engine.define(ONE);
    set(QUEUE, NONE.withBreaker(new Breaker(50, 10, 4, 1_000, 2)));
    start("long", "one", 5);
    assertThat(sent()).containsExactly("long");
    start(4, "f", "one");
    sent().forEach(id -> engine.fail(id, "a", 1));
    start(5, "w", "one");
    engine.advance(Duration.ofMillis(1_100));
    assertThat(sent()).containsExactly("w000", "w001");

    engine.cancel("w000", "enough");
    engine.cancel("w001", "enough");
    engine.advance(Duration.ofMillis(100));

    assertThat(sent()).containsExactly("w002", "w003");
  }

  @Test
  void workflowsThatAreCancelledSayNothingToABreaker() {
    engine.define(ONE);
    set(QUEUE, NONE.withBreaker(new Breaker(50, 10, 4, 1_000, 2)));
    start(6, "w", "one");
    sent().forEach(id -> engine.cancel(id, "enough"));

    start("next", "one", 5);
    assertThat(sent()).containsExactly("next");
  }

  @Test
  void stepTypeWithALimitOfItsOwnDoesNotHoldBackTheOthers() {
    engine.define(ONE);
    engine.define(OTHER);
    set("queue/charge", NONE.withMostOpen(1));
    start(3, "other", "other");
    start(3, "one", "one");

    assertThat(sent()).containsExactly("other000", "one000", "one001", "one002");
    assertThat(reasons()).containsExactly("concurrency");
    engine.succeed("other000", "a", 1, null);
    assertThat(sent()).containsExactly("other001");
  }

  @Test
  void breakerOfAStepTypeIsOpenedByItsFailuresAlone() {
    engine.define(ONE);
    engine.define(OTHER);
    set("queue/charge", NONE.withBreaker(new Breaker(50, 10, 4, 1_000, 2)));
    start(8, "one", "one");
    sent().forEach(id -> engine.fail(id, "a", 1));
    start("other", "other", 5);
    assertThat(sent()).containsExactly("other");
    start(4, "bad", "other");
    sent().forEach(id -> engine.fail(id, "a", 1));

    start("next-other", "other", 5);
    start("next-one", "one", 5);
    assertThat(sent()).containsExactly("next-one");
  }

  @Test
  void stepsThatWaitMoveAsideWhenTheirTypeIsPausedAndComeBackAfterwards() {
    engine.define(ONE);
    engine.define(OTHER);
    engine.windows.windows.put(QUEUE, 0);
    engine.advance(DrivenEngine.TICK);
    start(3, "other", "other");
    start(3, "one", "one");
    set("queue/charge", paused());
    engine.windows.windows.put(QUEUE, 100);
    engine.advance(DrivenEngine.TICK);
    assertThat(sent()).containsExactly("one000", "one001", "one002");

    restart(ONE, OTHER);
    start("late", "other", 5);
    engine.advance(Duration.ofSeconds(1));
    assertThat(sent()).isEmpty();
    set("queue/charge", NONE);

    assertThat(sent()).containsExactly("other000", "other001", "other002", "late");
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
  }

  @Test
  void stepThatACrashLeftInBothLanesIsSentOnce() {
    engine.define(ONE);
    engine.define(OTHER);
    engine.windows.windows.put(QUEUE, 0);
    engine.advance(DrivenEngine.TICK);
    start(2, "other", "other");
    List<Bytes> former =
        engine.stored().keySet().stream().filter(key -> key.get()[0] == 'q').toList();
    set("queue/charge", paused());
    engine.windows.windows.put(QUEUE, 100);
    engine.advance(DrivenEngine.TICK);
    engine.commit();
    former.forEach(key -> engine.store(key, new byte[0]));
    restart(ONE, OTHER);
    assertThat(sent()).isEmpty();

    set("queue/charge", NONE);
    engine.advance(DrivenEngine.TICK);

    assertThat(sent()).containsExactlyInAnyOrder("other000", "other001");
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
  }

  @Test
  void lanesOfTheSamePriorityTakeTurns() {
    engine.define(ONE);
    engine.define(OTHER);
    set("queue/charge", NONE.withMostOpen(100));
    engine.windows.windows.put(QUEUE, 1);
    engine.advance(DrivenEngine.TICK);
    start("first", "one", 5);
    start(3, "one", "one");
    start(3, "other", "other");
    List<String> order = new ArrayList<>();
    for (List<String> next = sent(); !next.isEmpty(); next = sent()) {
      order.addAll(next);
      engine.succeed(next.getFirst(), "a", 1, null);
    }
    assertThat(order)
        .containsExactly("first", "one000", "other000", "one001", "other001", "one002", "other002");
  }

  @Test
  void reportSaysWhatHoldsEachStepType() {
    engine.define(ONE);
    engine.define(OTHER);
    set(QUEUE, NONE.withRate(new Rate(1, 1)));
    set("queue/charge", paused());
    start(2, "one", "one");
    start("other", "other", 5);
    engine.advance(Duration.ofMillis(500));
    engine.advance(Duration.ofMillis(480));

    QueueState state = engine.report.queue(0, QUEUE).orElseThrow();
    assertThat(state.heldBy("type")).isEqualTo(StepHeld.Reason.RATE);
    assertThat(state.heldBy("charge")).isEqualTo(StepHeld.Reason.QUEUE_PAUSED);
    set(QUEUE, paused());
    engine.advance(Duration.ofSeconds(1));
    assertThat(engine.report.queue(0, QUEUE).orElseThrow().heldBy("type"))
        .isEqualTo(StepHeld.Reason.QUEUE_PAUSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "[]",
        "{\"paused\":true}",
        "{\"ratePerSecond\":0}",
        "{\"ratePerSecond\":\"fast\"}",
        "{\"burst\":7}",
        "{\"mostOpen\":-1}",
        "{\"mostOpen\":1,\"mostOpen\":2}",
        "{\"breaker\":{\"window\":5,\"minCalls\":6}}",
        "{\"unknown\":1}"
      })
  void malformedSettingsAreIgnoredAndTheLastGoodOnesHold(String text) {
    engine.define(ONE);
    set(QUEUE, NONE.withMostOpen(1));
    setAsText(QUEUE, text);
    setAsText("NO QUEUE", "{\"mostOpen\":1}");
    setAsText("queue/", "{\"mostOpen\":1}");

    start(2, "w", "one");

    assertThat(sent()).containsExactly("w000");
  }

  @Test
  void settingsThatComeTwiceChangeNothing() {
    engine.define(ONE);
    QueueSettings wanted =
        NONE.withRate(new Rate(1, 2)).withBreaker(new Breaker(50, 10, 4, 60_000, 2));
    set(QUEUE, wanted);
    start(4, "w", "one");
    assertThat(sent()).hasSize(2);

    set(QUEUE, wanted);
    set(QUEUE, wanted);

    assertThat(sent()).as("the burst is gone").isEmpty();
    engine.advance(Duration.ofSeconds(1));
    assertThat(sent()).hasSize(1);
  }

  @Test
  void lastOfTheSettingsHolds() {
    engine.define(ONE);
    set(QUEUE, paused());
    set(QUEUE, NONE.withMostOpen(2));
    start(3, "w", "one");
    assertThat(sent()).hasSize(2);

    set(QUEUE, NONE.withMostOpen(3));
    assertThat(sent()).hasSize(1);
  }
}
