package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.resilience.Resilience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A service that is away costs the steps that call it no attempts, nor others anything. */
final class BreakerOnABrokerTest {
  private static final int STEPS = 40;
  private static final int MAX_ATTEMPTS = 2;
  private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** So many failures open the breaker. */
  private static final int CALLS = 4;

  private final AtomicInteger failedCalls = new AtomicInteger();
  private final Set<String> succeeded = new HashSet<>();
  private final Set<String> failedForGood = new HashSet<>();
  private int seen;
  private int failedAttempts;

  @Test
  void allStepsSucceedThoughTheirServiceIsAwayAndTheOthersDoMeanwhile() throws Exception {
    AtomicLong firstCall = new AtomicLong();
    AtomicBoolean othersAreDone = new AtomicBoolean();
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start();
        Installation installation = new Installation(kafka.bootstrapServers(), 2);
        Worker worker =
            installation
                .worker()
                .slots(8)
                .slots("call", 7)
                .handler(
                    "call",
                    context -> {
                      firstCall.compareAndSet(0, System.nanoTime());
                      boolean isBack = System.nanoTime() - firstCall.get() >= AWAY_NANOS;
                      if (!isBack || !othersAreDone.get()) {
                        failedCalls.incrementAndGet();
                        return StepResult.failed("Away", "");
                      }
                      return StepResult.succeeded();
                    })
                .handler("other", context -> StepResult.succeeded())
                .around(
                    Resilience.of("call").circuitBreaker(50, CALLS, Duration.ofMillis(200)).build())
                .build()) {
      for (int i = 0; i < STEPS; i++) {
        installation.send(i % 2, Commands.command("call" + i, "call"));
      }
      worker.start();
      for (int i = 0; i < STEPS; i++) {
        installation.send(i % 2, Commands.command("other" + i, "other"));
      }

      await()
          .untilAsserted(
              () -> {
                actAsTheEngine(installation);
                othersAreDone.set(others() == STEPS);
                assertThat(succeeded).hasSize(2 * STEPS);
              });
      assertThat(failedForGood).isEmpty();
      assertThat(failedAttempts).isLessThan(STEPS / 2);
      // It was tried out more than once while it was away, and none of that cost an attempt.
      assertThat(failedCalls).hasValueGreaterThan(CALLS + 1);
    }
  }

  private long others() {
    return succeeded.stream().filter(workflow -> workflow.startsWith("other")).count();
  }

  /** Dispatches second attempts, at once. */
  private void actAsTheEngine(Installation installation) throws Exception {
    var completions = installation.completions();
    for (ConsumerRecord<byte[], byte[]> each : completions.subList(seen, completions.size())) {
      String workflow = new String(each.key(), StandardCharsets.UTF_8);
      StepCompletion completion = installation.decode(each);
      if (completion.getStatus() == CompletionStatus.SUCCEEDED) {
        succeeded.add(workflow);
      } else if (completion.getAttempt() < MAX_ATTEMPTS) {
        failedAttempts++;
        StepCommand next = Commands.command(workflow, "call");
        next.setAttempt(completion.getAttempt() + 1);
        installation.send(0, next);
      } else {
        failedForGood.add(workflow);
      }
    }
    seen = completions.size();
  }
}
