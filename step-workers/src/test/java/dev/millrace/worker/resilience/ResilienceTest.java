package dev.millrace.worker.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.worker.ContextStub;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.UnreadablePayloadException;
import dev.millrace.worker.spi.HandlerDecorator;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
    return ContextStub.of(
        Map.of(
            "deadline",
            Optional.ofNullable(deadline),
            "isCancelled",
            isCancelled,
            "commandId",
            "order-1/charge/1"));
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
        List.of(
            new InterruptedException(),
            new UnreadablePayloadException("no order", null),
            new PayloadException(PayloadException.Reason.UNKNOWN_KEY, "no key"),
            new PayloadException(PayloadException.Reason.STORE_UNAVAILABLE, "no store"),
            new RegistryUnavailableException("no registry", null))) {
      thrown.set(each);
      assertThatThrownBy(() -> handler.handle(CONTEXT)).isSameAs(each);
    }
  }

  @Test
  void cancelledAttemptThatReportsAFailureSaysNothingAndIsNotCalledAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    StepHandler handler =
        Resilience.of()
            .circuitBreaker(100, 1, NEVER)
            .maxWait(SOON)
            .build()
            .around("a", context -> calls.incrementAndGet() == 1 ? BUSY : StepResult.succeeded());

    assertThat(handler.handle(context(null, true))).isEqualTo(BUSY);
    assertThat(calls).hasValue(1);
    assertThat(handler.handle(CONTEXT)).isEqualTo(StepResult.succeeded());
  }

  @Test
  void callsThatTakeLongAndWorkDoNotOpenTheBreaker() {
    CircuitBreaker breaker =
        CircuitBreaker.of("a", Resilience.Builder.breaker(1, 2, Duration.ofSeconds(1)));
    for (int i = 0; i < 10; i++) {
      breaker.onSuccess(24, TimeUnit.HOURS);
    }

    assertThat(breaker.getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void handlerThatMustNotBeCalledTwiceInAnAttemptIsNot() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    StepHandler handler =
        Resilience.of("charge")
            .circuitBreaker(100, 1, SOON)
            .reportFailures()
            .build()
            .around(
                "charge", context -> calls.incrementAndGet() < 4 ? BUSY : StepResult.succeeded());

    for (int call = 1; call < 4; call++) { // the first opens the breaker, the others try it out
      assertThat(handler.handle(CONTEXT)).isEqualTo(BUSY);
      assertThat(calls).hasValue(call);
    }
    assertThat(handler.handle(CONTEXT)).isEqualTo(StepResult.succeeded());
  }

  @Test
  void commandsThatWaitForTheirTurnDoNotPassABreakerThatIsHalfOpenByThen() throws Exception {
    CircuitBreaker breaker = CircuitBreaker.of("a", Resilience.Builder.breaker(100, 1, NEVER));
    RateLimiter rate = RateLimiter.of("a", Resilience.Builder.rate(3, Duration.ofSeconds(1)));
    assertThat(rate.acquirePermission(3)).isTrue();
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    StepHandler handler =
        new GuardedHandler(
            "a",
            context -> {
              running.incrementAndGet();
              end.await();
              return StepResult.succeeded();
            },
            breaker,
            rate,
            new Patience(NEVER),
            Duration.ofMillis(1),
            false);
    List<FutureTask<StepResult>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      FutureTask<StepResult> task = new FutureTask<>(() -> handler.handle(CONTEXT));
      tasks.add(task);
      threads.add(Thread.startVirtualThread(task));
    }
    await().until(() -> threads.stream().allMatch(t -> t.getState() == Thread.State.TIMED_WAITING));
    assertThat(running).hasValue(0);
    breaker.transitionToOpenState();
    breaker.transitionToHalfOpenState();

    await().until(() -> running.get() > 0);
    await().during(SOON.multipliedBy(3)).until(() -> running.get() == 1);
    end.countDown();
    for (FutureTask<StepResult> task : tasks) {
      assertThat(task.get()).isEqualTo(StepResult.succeeded());
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
  void commandsThatAreGivenUpTakeNoTurnsOfOthers() throws Exception {
    StepHandler handler =
        Resilience.of()
            .rateLimit(1, Duration.ofSeconds(1))
            .build()
            .around("a", context -> StepResult.succeeded());
    handler.handle(CONTEXT);
    for (int i = 0; i < 50; i++) {
      assertThat(failure(handler.handle(context(Instant.now(), false))))
          .isEqualTo(Resilience.RATE_LIMITED);
    }
    for (int i = 0; i < 50; i++) {
      FutureTask<StepResult> waiting = new FutureTask<>(() -> handler.handle(CONTEXT));
      Thread thread = Thread.startVirtualThread(waiting);
      thread.interrupt();
      thread.join();
    }

    Instant deadline = Instant.now().plusSeconds(20);
    assertThat(handler.handle(context(deadline, false))).isEqualTo(StepResult.succeeded());
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
        Resilience.of()
            .circuitBreaker(100, 1, NEVER)
            .build()
            .around(
                "a",
                context -> {
                  Thread.currentThread().interrupt();
                  return BUSY;
                });

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
