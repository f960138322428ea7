package dev.millrace.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

final class BatchStepTest extends BatchCase {
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final List<List<String>> batches = new CopyOnWriteArrayList<>();

  /** Answers each item with itself. */
  private List<StepResult> echo(List<BatchItem<String>> items) {
    batches.add(inputs(items));
    return items.stream().map(item -> StepResult.succeeded(item.input() + "!")).toList();
  }

  private BatchStep.Builder<String> builder(BatchHandler<String> handler) {
    return BatchStep.builder(String.class, handler).timer(timer).longestWait(WAIT);
  }

  private Running begin(BatchStep<String> step, String input) {
    return begin(step, step::waiting, context(input, 5, input));
  }

  private static StepResult result(Running running) throws Exception {
    return running.result().get();
  }

  @Test
  void batchRunsWhenItHasItsSizeAndEachCommandGetsItsOwnResult() throws Exception {
    BatchStep<String> step = builder(this::echo).size(3).build();
    Running first = begin(step, "a");
    Running second = begin(step, "b");
    Running third = run(step, context("c", 5, "c"));

    assertThat(result(first)).isEqualTo(StepResult.succeeded("a!"));
    assertThat(result(second)).isEqualTo(StepResult.succeeded("b!"));
    assertThat(result(third)).isEqualTo(StepResult.succeeded("c!"));
    assertThat(batches).containsExactly(List.of("a", "b", "c"));
    assertThat(timer.pending()).isZero();
  }

  @Test
  void batchRunsWhenItsFirstItemHasWaitedLongEnough() throws Exception {
    BatchStep<String> step = builder(this::echo).size(3).build();
    Running first = begin(step, "a");
    timer.advance(WAIT.minusMillis(1));
    Running second = begin(step, "b");
    assertThat(batches).isEmpty();

    timer.advance(Duration.ofMillis(1));

    assertThat(result(first)).isEqualTo(StepResult.succeeded("a!"));
    assertThat(result(second)).isEqualTo(StepResult.succeeded("b!"));
    assertThat(batches).containsExactly(List.of("a", "b"));
  }

  @Test
  void batchRunsWhenItHasItsBytesAndBeforeAnInputThatWouldBeTooMuch() throws Exception {
    BatchStep<String> step = builder(this::echo).mostBytes(10).build();
    Running first = begin(step, "1234");
    Running second = begin(step, "5678");
    Running third = run(step, context("x", 5, "999"));
    assertThat(result(first)).isEqualTo(StepResult.succeeded("1234!"));
    assertThat(result(second)).isEqualTo(StepResult.succeeded("5678!"));
    await().until(() -> step.waiting() == 1);
    Running fourth = run(step, context("y", 5, "1234567"));

    assertThat(result(third)).isEqualTo(StepResult.succeeded("999!"));
    assertThat(result(fourth)).isEqualTo(StepResult.succeeded("1234567!"));
    assertThat(batches).containsExactly(List.of("1234", "5678"), List.of("999", "1234567"));
    assertThat(result(run(step, context("z", 5, "more than ten bytes"))))
        .isEqualTo(StepResult.succeeded("more than ten bytes!"));
  }

  @Test
  void urgentCommandsAreHandledAtOnceAndAlone() throws Exception {
    BatchStep<String> step = builder(this::echo).size(3).urgentPriority(8).build();
    Running waiting = begin(step, "a");

    assertThat(step.handle(context("b", 8, "b"))).isEqualTo(StepResult.succeeded("b!"));

    assertThat(waiting.result()).isNotDone();
    timer.advance(WAIT);
    assertThat(result(waiting)).isEqualTo(StepResult.succeeded("a!"));
    assertThat(batches).containsExactly(List.of("b"), List.of("a"));
  }

  @Test
  void commandThatIsCancelledLeavesItsBatchAndTheOthersGoOn() throws Exception {
    BatchStep<String> step = builder(this::echo).size(3).build();
    Running first = begin(step, "a");
    Running second = begin(step, "b");

    first.thread().interrupt();

    assertThat(thrown(first)).isInstanceOf(InterruptedException.class);
    assertThat(step.waiting()).isEqualTo(1);
    timer.advance(WAIT);
    assertThat(result(second)).isEqualTo(StepResult.succeeded("b!"));
    assertThat(batches).containsExactly(List.of("b"));
  }

  private static Throwable thrown(Running running) {
    try {
      return new AssertionError("returned " + running.result().get());
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    } catch (InterruptedException e) {
      return e;
    }
  }

  @Test
  void batchThatEverybodyHasLeftDoesNotRun() {
    BatchStep<String> step = builder(this::echo).build();
    Running only = begin(step, "a");

    only.thread().interrupt();

    assertThat(thrown(only)).isInstanceOf(InterruptedException.class);
    assertThat(timer.pending()).isZero();
    timer.advance(WAIT);
    assertThat(batches).isEmpty();
  }

  @Test
  void batchThatRunsIsInterruptedOnlyWhenNobodyWaitsForItAnyMore() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Semaphore release = new Semaphore(0);
    BatchStep<String> step =
        builder(
                items -> {
                  runs.countDown();
                  try {
                    release.acquire();
                    interrupted.complete(false);
                  } catch (InterruptedException e) {
                    interrupted.complete(true);
                    throw e;
                  }
                  return echo(items);
                })
            .size(2)
            .build();
    Running first = begin(step, "a");
    Running second = run(step, context("b", 5, "b"));
    runs.await();
    first.thread().interrupt();
    assertThat(thrown(first)).isInstanceOf(InterruptedException.class);
    assertThat(interrupted).isNotDone();

    second.thread().interrupt();

    assertThat(thrown(second)).isInstanceOf(InterruptedException.class);
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void whatTheHandlerThrowsFailsAllOfTheBatchAndNotTheNext() throws Exception {
    List<Throwable> failures =
        new ArrayList<>(List.of(new IOException("no route"), new StackOverflowError()));
    BatchStep<String> step =
        builder(
                items -> {
                  if (failures.isEmpty()) {
                    return echo(items);
                  }
                  if (failures.removeFirst() instanceof Exception e) {
                    throw e;
                  }
                  throw new StackOverflowError();
                })
            .size(2)
            .build();
    for (Class<?> expected : List.of(IOException.class, StackOverflowError.class)) {
      Running first = begin(step, "a");
      Running second = run(step, context("b", 5, "b"));
      assertThat(thrown(first)).isInstanceOf(expected);
      assertThat(thrown(second)).isInstanceOf(expected);
    }
    Running first = begin(step, "a");
    Running second = run(step, context("b", 5, "b"));
    assertThat(result(first)).isEqualTo(StepResult.succeeded("a!"));
    assertThat(result(second)).isEqualTo(StepResult.succeeded("b!"));
  }

  @Test
  void resultsThatDoNotFitTheItemsAreAFailureThatSaysSo() throws Exception {
    List<List<StepResult>> answers = new ArrayList<>();
    answers.add(List.of());
    answers.add(null);
    answers.add(Collections.singletonList(null));
    answers.add(List.of(StepResult.batch(List.of())));
    for (String reason :
        List.of("0 results for 1 items", "null for 1 items", "null as result 0", "a batch as")) {
      BatchStep<String> step = builder(items -> answers.removeFirst()).size(1).build();
      assertThat(step.handle(context("a", 5, "a")))
          .isInstanceOfSatisfying(
              StepResult.Failed.class,
              failed -> {
                assertThat(failed.type()).isEqualTo(BatchStep.RESULTS_DO_NOT_FIT);
                assertThat(failed.retryable()).isFalse();
                assertThat(failed.message()).contains(reason);
              });
    }
  }

  @Test
  void sizeFollowsTheTimeThatItemsTakeWithinItsBounds() throws Exception {
    Duration[] item = {Duration.ofMillis(10)};
    BatchStep<String> step =
        builder(
                items -> {
                  timer.advance(item[0].multipliedBy(items.size()));
                  return echo(items);
                })
            .adaptiveSize(2, 50, Duration.ofMillis(100))
            .build();
    StepContext many = context("w/s/0/1", 5, "", "a b c d e f g h i j k l m n o p".split(" "));
    assertThat(step.size()).isEqualTo(2);

    step.handle(many); // 2, and then 10, and the rest
    assertThat(step.size()).isEqualTo(10);
    assertThat(step.recentRuns()).extracting(BatchRun::items).containsExactly(2, 10, 4);

    item[0] = Duration.ofSeconds(1);
    for (int i = 0; i < 10; i++) {
      step.handle(many);
    }
    assertThat(step.size()).isEqualTo(2);
    assertThat(step.recentRuns()).hasSize(50);

    item[0] = Duration.ofNanos(1);
    for (int i = 0; i < 10; i++) {
      step.handle(many);
    }
    assertThat(step.size()).isEqualTo(50);
  }

  @Test
  void runsThatThrowAndUrgentOnesDoNotChangeTheSize() throws Exception {
    BatchStep<String> step =
        builder(
                items -> {
                  if (inputs(items).contains("bad")) {
                    throw new IOException("no route");
                  }
                  return echo(items);
                })
            .adaptiveSize(2, 50, Duration.ofMillis(100))
            .urgentPriority(9)
            .build();

    step.handle(context("w/s/0/1", 5, "", "bad", "bad", "bad", "bad"));
    assertThat(step.handle(context("w/s/1", 9, "now"))).isEqualTo(StepResult.succeeded("now!"));
    assertThat(step.size()).isEqualTo(2);
    assertThat(step.recentRuns()).isEmpty();
  }

  @Test
  void itemsOfAForEachBatchAreHandedOnInPiecesAndAFailureIsOfItsPieceOnly() throws Exception {
    BatchStep<String> step =
        builder(
                items -> {
                  if (inputs(items).contains("c")) {
                    throw new IOException("no route");
                  }
                  return echo(items);
                })
            .size(2)
            .build();

    StepResult result = step.handle(context("w/s/0/1", 5, "", "a", "b", "c", "d", "e"));

    assertThat(result)
        .isEqualTo(
            StepResult.batch(
                List.of(
                    StepResult.succeeded("a!"),
                    StepResult.succeeded("b!"),
                    StepResult.failed("IOException", "no route"),
                    StepResult.failed("IOException", "no route"),
                    StepResult.succeeded("e!"))));
    assertThat(batches).containsExactly(List.of("a", "b"), List.of("e"));
  }

  @Test
  void wrongSettingsAreRefused() {
    BatchStep.Builder<String> builder = builder(this::echo);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.size(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.size(10_001));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.adaptiveSize(5, 4, Duration.ofSeconds(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.adaptiveSize(1, 4, Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.mostBytes(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.longestWait(Duration.ofMinutes(11)));
  }
}
