package dev.millrace.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.UnreadablePayloadException;
import dev.millrace.worker.spi.HandlerDecorator;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ResilienceTest {
  private static final Duration SOON = Duration.ofMillis(100);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final StepResult BUSY = StepResult.failed("Busy", "");
  private static final StepContext CONTEXT = context(null, false);

  private static StepContext context(@Nullable Instant deadline, boolean isCancelled) {
    return (StepContext)
        Proxy.newProxyInstance(
            StepContext.class.getClassLoader(),
            new Class<?>[] {StepContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "deadline" -> Optional.ofNullable(deadline);
                  case "isCancelled" -> isCancelled;
                  case "commandId" -> "order-1/charge/1";
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static String failure(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Failed.class);
    StepResult.Failed failed = (StepResult.Failed) result;
    assertThat(failed.retryable()).isTrue();
    return failed.type();
  }

  @Test
  void handlerThatFailsTooOftenIsCalledNoMoreWhileTheBreakerIsOpen() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    StepHandler handler =
        Resilience.of("charge")
            .circuitBreaker(50, 4, NEVER)
            .maxWait(SOON)
            .build()
            .around(
                "charge",
                context -> calls.incrementAndGet() % 2 == 0 ? BUSY : StepResult.succeeded());
    for (int i = 0; i < 4; i++) {
      handler.handle(CONTEXT);
    }

    assertThat(failure(handler.handle(CONTEXT))).isEqualTo(Resilience.CIRCUIT_OPEN);
    assertThat(calls).hasValue(4);
  }

  @Test
  void whatIsThrownCountsAndFailuresForGoodDoNot() throws Exception {
    HandlerDecorator limits = Resilience.of().circuitBreaker(100, 2, NEVER).maxWait(SOON).build();
    StepHandler throwing =
        limits.around(
            "a",
            context -> {
              throw new IOException("away");
            });
    StepHandler refusing = limits.around("b", context -> StepResult.failedForGood("BadOrder", ""));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> throwing.handle(CONTEXT)).hasMessage("away");
    }
    assertThat(failure(throwing.handle(CONTEXT))).isEqualTo(Resilience.CIRCUIT_OPEN);
    for (int i = 0; i < 10; i++) {
      assertThat(refusing.handle(CONTEXT)).isEqualTo(StepResult.failedForGood("BadOrder", ""));
    }
  }

  @Test
  void whatIsCancelledOrUnreadableSaysNothingOfTheService() throws Exception {
    HandlerDecorator limits = Resilience.of().circuitBreaker(100, 1, NEVER).maxWait(SOON).build();
    AtomicReference<Exception> thrown = new AtomicReference<>(new IOException("closed"));
    StepHandler handler =
        limits.around(
            "a",
            context -> {
              throw thrown.get();
            });

    assertThatThrownBy(() -> handler.handle(context(null, true))).hasMessage("closed");
    for (Exception each :
        List.of(new InterruptedException(), new UnreadablePayloadException("no order", null))) {
      thrown.set(each);
      assertThatThrownBy(() -> handler.handle(CONTEXT)).isSameAs(each);
    }
  }

  @Test
  void whatFailsWhileTheBreakerIsOpenIsNotReportedButTriedAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    StepHandler handler =
        Resilience.of("charge")
            .circuitBreaker(100, 2, SOON)
            .build()
            .around(
                "charge", context -> calls.incrementAndGet() < 7 ? BUSY : StepResult.succeeded());

    assertThat(handler.handle(CONTEXT)).isEqualTo(BUSY);
    assertThat(handler.handle(CONTEXT)).isEqualTo(StepResult.succeeded());
    assertThat(calls).hasValue(7);
  }

  @Test
  void noCommandWaitsLongerThanItsAttemptHas() throws Exception {
    StepHandler handler =
        Resilience.of("charge")
            .circuitBreaker(100, 1, NEVER)
            .build()
            .around("charge", context -> BUSY);

    assertThat(handler.handle(context(Instant.now().plus(SOON), false))).isEqualTo(BUSY);
    assertThat(failure(handler.handle(context(Instant.now(), false))))
        .isEqualTo(Resilience.CIRCUIT_OPEN);
  }

  @Test
  void noMoreRunAtOnceThanMayAndTheOthersWait() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    StepHandler waiting =
        context -> {
          running.incrementAndGet();
          release.await();
          return StepResult.succeeded();
        };
    StepHandler patient = Resilience.of().maxAtOnce(2).build().around("charge", waiting);
    List<FutureTask<StepResult>> tasks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      FutureTask<StepResult> task = new FutureTask<>(() -> patient.handle(CONTEXT));
      tasks.add(task);
      Thread.startVirtualThread(task);
    }
    await().untilAsserted(() -> assertThat(running).hasValue(2));
    release.countDown();
    for (FutureTask<StepResult> task : tasks) {
      assertThat(task.get()).isEqualTo(StepResult.succeeded());
    }

    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    StepHandler impatient =
        Resilience.of()
            .maxAtOnce(1)
            .maxWait(SOON)
            .build()
            .around(
                "charge",
                context -> {
                  started.countDown();
                  end.await();
                  return StepResult.succeeded();
                });
    FutureTask<StepResult> first = new FutureTask<>(() -> impatient.handle(CONTEXT));
    Thread.startVirtualThread(first);
    started.await();
    assertThat(failure(impatient.handle(CONTEXT))).isEqualTo(Resilience.TOO_MANY_AT_ONCE);
    end.countDown();
    assertThat(first.get()).isEqualTo(StepResult.succeeded());
  }

  @Test
  void callsBeyondTheRateWaitForTheirTurnOrFail() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    StepHandler counting =
        context -> {
          calls.incrementAndGet();
          return StepResult.succeeded();
        };
    StepHandler patient = Resilience.of().rateLimit(2, SOON).build().around("a", counting);
    StepHandler impatient =
        Resilience.of().rateLimit(2, NEVER).maxWait(SOON).build().around("a", counting);
    for (int i = 0; i < 5; i++) {
      assertThat(patient.handle(CONTEXT)).isEqualTo(StepResult.succeeded());
    }
    impatient.handle(CONTEXT);
    impatient.handle(CONTEXT);

    assertThat(failure(impatient.handle(CONTEXT))).isEqualTo(Resilience.RATE_LIMITED);
    assertThat(calls).hasValue(7);
  }

  @Test
  void handlerThatTakesTooLongIsInterrupted() throws Exception {
    HandlerDecorator limits = Resilience.of().timeLimit(SOON).build();
    StepHandler hanging =
        limits.around(
            "a",
            context -> {
              new CountDownLatch(1).await();
              return StepResult.succeeded();
            });
    StepHandler deaf =
        limits.around(
            "b",
            context -> {
              long start = System.nanoTime();
              while (System.nanoTime() - start < SOON.multipliedBy(3).toNanos()) {
                Thread.onSpinWait();
              }
              return StepResult.succeeded("done");
            });

    assertThat(failure(hanging.handle(CONTEXT))).isEqualTo(Resilience.TIME_LIMIT);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(deaf.handle(CONTEXT)).isEqualTo(StepResult.succeeded("done"));
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void interruptOfAWaitingCommandEndsItsWait() throws Exception {
    StepHandler handler =
        Resilience.of().circuitBreaker(100, 1, NEVER).build().around("a", context -> BUSY);

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> handler.handle(CONTEXT)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void otherStepTypesAreLeftAsTheyAre() {
    StepHandler handler = context -> BUSY;

    assertThat(Resilience.of("charge").maxAtOnce(1).build().around("refund", handler))
        .isSameAs(handler);
  }

  @Test
  void limitsOutOfTheirBoundsAreRefused() {
    Resilience.Builder limits = Resilience.of();

    assertThatIllegalArgumentException().isThrownBy(() -> limits.circuitBreaker(101, 1, SOON));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.circuitBreaker(50, 0, SOON));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.circuitBreaker(50, 1, Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.rateLimit(0, SOON));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.maxAtOnce(0));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.timeLimit(Duration.ofDays(2)));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.maxWait(Duration.ZERO));
  }
}
