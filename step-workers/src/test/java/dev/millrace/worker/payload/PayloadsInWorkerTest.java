package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.cache.ResultCache;
import dev.millrace.worker.internal.HandlerRun;
import dev.millrace.worker.spi.PayloadCodec;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class PayloadsInWorkerTest {
  private final MemoryStore store = new MemoryStore("orders");
  private final PayloadCodecs codecs =
      PayloadCodecs.builder()
          .compressAbove(1_000)
          .encrypt(AesGcm.of("k1", Map.of("k1", new SecretKeySpec(new byte[16], "AES"))))
          .claimCheckAbove(1_000, store)
          .build();

  private HandlerRun worker(StepHandler handler) {
    return new HandlerRun(Map.of("t", handler), codecs);
  }

  private static dev.millrace.schemas.v1.Payload wire(Payload payload) {
    return new dev.millrace.schemas.v1.Payload(
        payload.contentType(), ByteBuffer.wrap(payload.data()));
  }

  private static Payload payload(dev.millrace.schemas.v1.Payload wire) {
    byte[] data = new byte[wire.getData().remaining()];
    wire.getData().duplicate().get(data);
    return new Payload(wire.getContentType(), data);
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }

  @Test
  void handlerReadsWhatTheStepBeforeReturnedAndTheWireHasNothingOfIt() {
    byte[] large = noise(3_000_000); // more than a payload of the wire may have
    StepCompletion first =
        worker(context -> StepResult.succeeded(large)).completion(Commands.command("w", "t"));
    assertThat(first.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(first.getOutput().getData().remaining()).isLessThan(300);

    StepCommand next =
        Commands.command(
            "w",
            "t",
            wire(codecs.encode(Payload.json("{\"id\":\"secret\"}".getBytes(UTF_8)))),
            new StepOutput("before", first.getOutput()));
    StepCompletion second =
        worker(
                context -> {
                  assertThat((Object) context.input(Map.class)).isEqualTo(Map.of("id", "secret"));
                  assertThat(context.dependency("before", byte[].class)).isEqualTo(large);
                  store.isAway = true; // it is read once for all that asks for it
                  assertThat(context.dependency("before").orElseThrow().data()).isEqualTo(large);
                  return StepResult.succeeded(Map.of("id", "secret"));
                })
            .completion(next);

    assertThat(second.getStatus())
        .as(String.valueOf(second.getFailure()))
        .isEqualTo(CompletionStatus.SUCCEEDED);
    Payload output = payload(second.getOutput());
    assertThat(new String(output.data(), UTF_8)).doesNotContain("secret");
    assertThat(new String(codecs.decode(output).data(), UTF_8)).isEqualTo("{\"id\":\"secret\"}");
  }

  @Test
  void keptResultIsEncodedAnewWhenItsObjectIsGone() {
    byte[] large = noise(20_000);
    AtomicInteger calls = new AtomicInteger();
    StepHandler kept =
        ResultCache.of()
            .key(StepContext::step)
            .build()
            .around(
                "t",
                context -> {
                  calls.incrementAndGet();
                  return StepResult.succeeded(large);
                });
    for (String workflow : List.of("w1", "w2")) {
      store.objects.clear();
      StepCompletion completion = worker(kept).completion(Commands.command(workflow, "t"));
      assertThat(codecs.decode(payload(completion.getOutput())).data()).isEqualTo(large);
      assertThat(store.objects).hasSize(1);
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void failuresQuoteNothingOfWhatWasEncrypted() {
    record Patient(int age) {}
    for (String text :
        List.of("{\"age\": \"canary\"}", "{\"age\": canary}", "{\"age\": [\"canary\"]}")) {
      Payload encrypted = codecs.encode(Payload.json(text.getBytes(UTF_8)));
      Failure failure =
          worker(context -> StepResult.succeeded(context.input(Patient.class)))
              .failure(Commands.command("w", "t", wire(encrypted)));

      assertThat(failure.getType()).isEqualTo("worker.unreadable-payload");
      assertThat(failure.getMessage())
          .contains("not JSON of a Patient: ", "line 1, column ")
          .doesNotContain("canary");
    }
  }

  @Test
  void failuresQuoteNothingOfWhatWasEncryptedWithinJson() {
    Payload broken = codecs.encode(Payload.json("canary".getBytes(UTF_8)));
    String within =
        "[{\"$contentType\": \"%s\", \"$base64\": \"%s\"}]"
            .formatted(broken.contentType(), Base64.getEncoder().encodeToString(broken.data()));
    Failure failure =
        worker(context -> StepResult.succeeded(context.input(List.class)))
            .failure(Commands.command("w", "t", wire(Payload.json(within.getBytes(UTF_8)))));

    assertThat(failure.getType()).isEqualTo("worker.payload-damaged");
    assertThat(failure.getMessage()).contains("line 1, column ").doesNotContain("canary");
  }

  @Test
  void storeThatIsAwayFailsTheAttemptSoThatItIsTriedAgain() {
    store.isAway = true;
    Failure failure =
        worker(context -> StepResult.succeeded(noise(2_000))).failure(Commands.command("w", "t"));

    assertThat(failure.getType()).isEqualTo("worker.payload-store-unavailable");
    assertThat(failure.getRetryable()).isTrue();
    assertThat(failure.getMessage())
        .startsWith("output of step 's': store 'orders' cannot keep object");
  }

  @Test
  void inputThatIsGoneFailsTheStepForGood() {
    Payload input = codecs.encode(new Payload("x/y", noise(2_000)));
    store.objects.clear();
    Failure failure =
        worker(context -> StepResult.succeeded(context.input(byte[].class)))
            .failure(Commands.command("w", "t", wire(input)));

    assertThat(failure.getType()).isEqualTo("worker.payload-missing");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage())
        .startsWith("input of the workflow: store 'orders' has no object");
  }

  @Test
  void outputOverTheLimitOfTheCodecsIsTooLarge() {
    Failure failure =
        worker(context -> StepResult.succeeded(new byte[PayloadCodecs.DEFAULT_BYTES + 1]))
            .failure(Commands.command("w", "t"));

    assertThat(failure.getType()).isEqualTo(StepResult.OUTPUT_TOO_LARGE);
    assertThat(failure.getMessage()).contains("16777217 bytes are more than the 16777216");
  }

  @Test
  void itemsOfABatchAreDecodedAndTheirOutputsEncodedOneByOne() {
    StepCommand command = Commands.command("w", "t", null);
    command.setBranch(0);
    command.setItems(
        List.of(
            wire(codecs.encode(Payload.json("1".getBytes(UTF_8)))),
            wire(Payload.json("2".getBytes(UTF_8)))));
    StepCompletion completion =
        worker(
                context ->
                    StepResult.batch(
                        context.items(Integer.class).stream()
                            .map(item -> StepResult.succeeded(item * 10))
                            .toList()))
            .completion(command);

    assertThat(completion.getResults())
        .extracting(result -> new String(codecs.decode(payload(result.getOutput())).data(), UTF_8))
        .containsExactly("10", "20");
  }

  @Test
  void payloadsOfOneCommandHaveOneRoomForWhatTheyBecomeTogether() {
    PayloadCodecs small = PayloadCodecs.builder().compressAbove(100).mostBytes(10_000).build();
    Payload bomb = small.encode(Payload.json(("\"" + " ".repeat(5_998) + '"').getBytes(UTF_8)));
    StepCommand command = Commands.command("w", "t", null);
    command.setBranch(0);
    command.setItems(Collections.nCopies(1_000, bomb).stream().map(each -> wire(each)).toList());

    Failure failure =
        new HandlerRun(Map.of("t", context -> StepResult.succeeded(context.items().size())), small)
            .failure(command);
    assertThat(failure.getType()).isEqualTo("worker.payload-too-large");
    assertThat(failure.getMessage())
        .contains("item 1 of the batch", "4000 bytes are left of the 10000");
  }

  @Test
  void payloadThatWasReadBeforeTakesNoMoreRoom() {
    PayloadCodecs small = PayloadCodecs.builder().compressAbove(100).mostBytes(10_000).build();
    Payload input = small.encode(Payload.json(("\"" + " ".repeat(5_998) + '"').getBytes(UTF_8)));
    StepHandler twice =
        context -> {
          context.input();
          return StepResult.succeeded(context.input(String.class).length());
        };
    assertThat(
            new HandlerRun(Map.of("t", twice), small)
                .output(Commands.command("w", "t", wire(input))))
        .isEqualTo("5998");
  }

  @Test
  void toAskWhetherACommandIsABatchReadsNoItem() {
    StepCommand command = Commands.command("w", "t", null);
    command.setBranch(0);
    command.setItems(List.of(wire(codecs.encode(Payload.json(noise(5_000))))));
    store.isAway = true;
    StepHandler asks =
        context ->
            context.hasItems()
                ? StepResult.failedForGood("Batch", "")
                : StepResult.failedForGood("None", "");
    assertThat(worker(asks).failure(command).getType()).isEqualTo("Batch");
    command.setItems(List.of());
    command.setBranch(-1);
    assertThat(worker(asks).failure(command).getType()).isEqualTo("None");
  }

  @Test
  void progressIsEncodedToo() {
    StepCommand command = Commands.command("w", "t", null);
    command.setProgress(wire(codecs.encode(Payload.json("7".getBytes(UTF_8)))));

    assertThat(
            worker(
                    context ->
                        StepResult.succeeded(
                            new Payload("", context.lastHeartbeat().orElseThrow().data())))
                .completion(command)
                .getStatus())
        .isEqualTo(CompletionStatus.SUCCEEDED);
  }

  @Test
  void codecThatThrowsFailsTheStepAndTheWorkerGoesOn() {
    PayloadCodec broken =
        new PayloadCodec() {
          @Override
          public Payload encode(Payload payload) {
            throw new IllegalStateException("no key service");
          }

          @Override
          public Payload decode(Payload payload) {
            return payload;
          }
        };
    Failure failure =
        new HandlerRun(Map.of("t", context -> StepResult.succeeded(1)), broken)
            .failure(Commands.command("w", "t"));

    assertThat(failure.getType()).isEqualTo(StepResult.UNWRITABLE_OUTPUT);
    assertThat(failure.getMessage()).contains("output of step 's'").contains("no key service");
  }

  @Test
  void workerWithoutCodecsSaysWhatItWouldNeed() {
    Payload input = codecs.encode(Payload.json("7".getBytes(UTF_8)));
    Failure failure =
        new HandlerRun(Map.of("t", context -> StepResult.succeeded(context.input(Integer.class))))
            .failure(Commands.command("w", "t", wire(input)));

    assertThat(failure.getType()).isEqualTo("worker.unreadable-payload");
    assertThat(failure.getMessage())
        .isEqualTo(
            "input of the workflow: is application/vnd.millrace.encoded; by=aes-gcm, and this"
                + " worker has nothing that decodes it: set it with WorkerBuilder.payloads");
  }
}
