package dev.millrace.worker.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.worker.Commands;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.internal.HandlerRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class PureHandlersTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  private final AtomicInteger calls = new AtomicInteger();
  private final StepHandler counting =
      context -> StepResult.succeeded("result " + calls.incrementAndGet());

  private static String output(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Succeeded.class);
    Payload output = (Payload) ((StepResult.Succeeded) result).output();
    return output == null ? "nothing" : new String(output.data(), StandardCharsets.UTF_8);
  }

  @Test
  void sameInputIsAnsweredWithoutTheHandler() throws Exception {
    ResultCache cache = ResultCache.of("price").build();
    StepHandler handler = cache.around("price", counting);

    assertThat(output(handler.handle(Calls.with("a")))).isEqualTo("result 1");
    assertThat(output(handler.handle(Calls.with("b")))).isEqualTo("result 2");
    assertThat(output(handler.handle(Calls.with("a")))).isEqualTo("result 1");

    assertThat(calls).hasValue(2);
    assertThat(cache.hits()).isEqualTo(1);
    assertThat(cache.misses()).isEqualTo(2);
  }

  @Test
  void whatDiffersInAnythingThatTheHandlerIsGivenIsAnotherCall() throws Exception {
    StepHandler handler = ResultCache.of().build().around("price", counting);
    Optional<Payload> a = Optional.of(Calls.payload("a"));
    List<StepContext> different =
        List.of(
            Calls.with("a"),
            Calls.with(Map.of()),
            Calls.with(Map.of("input", a, "tenant", "acme")),
            Calls.with(Map.of("input", a, "type", "rate")),
            Calls.with(Map.of("input", Optional.of(Payload.json(a.get().data())))),
            Calls.with(Map.of("dependencies", List.of(new Dependency("a", null)))),
            Calls.with(Map.of("dependencies", List.of(new Dependency("a", a.get())))),
            Calls.with(Map.of("dependencies", List.of(new Dependency("b", a.get())))));
    for (StepContext each : different) {
      handler.handle(each);
    }
    assertThat(calls).hasValue(different.size());
    for (StepContext each : different) {
      handler.handle(each);
    }
    assertThat(calls).hasValue(different.size());
  }

  @Test
  void keySaysWhatTheResultDependsOn() throws Exception {
    StepHandler handler =
        ResultCache.of()
            .key(context -> context.input().orElseThrow().contentType())
            .build()
            .around("price", counting);

    handler.handle(Calls.with("a"));
    handler.handle(Calls.with("b"));

    assertThat(calls).hasValue(1);
  }

  @Test
  void onlySuccessesAreKeptAndNoneOfBatches() throws Exception {
    AtomicReference<StepResult> next = new AtomicReference<>();
    StepHandler handler =
        ResultCache.of()
            .build()
            .around(
                "price",
                context -> {
                  calls.incrementAndGet();
                  return next.get();
                });
    Object unwritable = new Object();
    for (StepResult each :
        List.of(
            StepResult.failed("Busy", ""),
            StepResult.failedForGood("Bad", ""),
            new StepResult.Succeeded(unwritable))) {
      next.set(each);
      assertThat(handler.handle(Calls.with("a"))).isEqualTo(each);
    }
    StepHandler throwing =
        ResultCache.of()
            .build()
            .around(
                "price",
                context -> {
                  calls.incrementAndGet();
                  throw new IOException("away");
                });
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> throwing.handle(Calls.with("a"))).hasMessage("away");
    }
    StepContext batch = Calls.with(Map.of("items", List.of(Calls.payload("a"))));
    next.set(StepResult.batch(List.of(StepResult.succeeded())));
    handler.handle(batch);
    handler.handle(batch);

    assertThat(calls).hasValue(7);
  }

  @Test
  void whatReturnsNothingIsKeptToo() throws Exception {
    StepHandler handler =
        ResultCache.of()
            .build()
            .around(
                "price",
                context -> {
                  calls.incrementAndGet();
                  return StepResult.succeeded();
                });

    assertThat(output(handler.handle(Calls.with("a")))).isEqualTo("nothing");
    assertThat(output(handler.handle(Calls.with("a")))).isEqualTo("nothing");
    assertThat(calls).hasValue(1);
  }

  @Test
  void resultIsForgottenAfterItsTime() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(NOW);
    InstantSource clock = now::get;
    Supplier<StepContext> at =
        () -> Calls.with(Map.of("input", Optional.of(Calls.payload("a")), "clock", clock));
    StepHandler handler =
        ResultCache.of().ttl(Duration.ofMinutes(1)).build().around("price", counting);
    handler.handle(at.get());
    now.set(NOW.plusSeconds(59));
    assertThat(output(handler.handle(at.get()))).isEqualTo("result 1");
    now.set(NOW.plusSeconds(60));
    assertThat(output(handler.handle(at.get()))).isEqualTo("result 2");
    assertThat(output(handler.handle(at.get()))).isEqualTo("result 2");
  }

  @Test
  void noMoreIsKeptThanItMayTake() throws Exception {
    ResultCache cache = ResultCache.of().maxBytes(100_000).build();
    StepHandler handler =
        cache.around("price", context -> StepResult.succeeded("x".repeat(10_000)));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 100; i++) {
        handler.handle(Calls.with("input " + i));
      }
    }
    assertThat(cache.misses()).isBetween(190L, 200L);
  }

  @Test
  void keptResultIsWrittenAsTheHandlersOwn() {
    record Price(int cents) {}
    StepHandler handler =
        ResultCache.of()
            .key(StepContext::step)
            .build()
            .around("price", context -> StepResult.succeeded(new Price(calls.incrementAndGet())));
    HandlerRun run = new HandlerRun(Map.of("price", handler));

    assertThat(run.output(Commands.command("order-1", "price"))).isEqualTo("{\"cents\":1}");
    assertThat(run.output(Commands.command("order-2", "price"))).isEqualTo("{\"cents\":1}");
  }

  @Test
  void otherStepTypesAreLeftAsTheyAre() {
    assertThat(ResultCache.of("price").build().around("charge", counting)).isSameAs(counting);
  }

  @Test
  void settingsOutOfTheirBoundsAreRefused() {
    ResultCache.Builder cache = ResultCache.of();
    SharedResults.Builder shared = SharedResults.in("results");

    assertThatIllegalArgumentException().isThrownBy(() -> cache.ttl(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> cache.ttl(Duration.ofDays(31)));
    assertThatIllegalArgumentException().isThrownBy(() -> cache.maxBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> shared.maxResultBytes(2 << 20));
    assertThatIllegalArgumentException().isThrownBy(() -> shared.ttl(Duration.ofDays(31)));
    assertThatIllegalArgumentException().isThrownBy(() -> shared.maxBytes(-1));
  }
}
