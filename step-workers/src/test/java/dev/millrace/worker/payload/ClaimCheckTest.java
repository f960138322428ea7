package dev.millrace.worker.payload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException.Reason;
import org.junit.jupiter.api.Test;

/** Payloads of which the wire has only where they are kept. */
final class ClaimCheckTest extends PayloadCodecsCase {
  @Test
  void objectThatIsPutTwiceIsOneAndBothReferencesAreGood() {
    Payload first = claim.encode(TEXT);
    Payload second = claim.encode(TEXT);

    assertThat(store.objects).hasSize(1);
    assertSame(claim.decode(first), TEXT);
    assertSame(claim.decode(second), TEXT);
  }

  @Test
  void storeThatIsAwayIsNamedAndWorthAnotherAttempt() {
    Payload kept = claim.encode(TEXT);
    store.isAway = true;

    assertReason(Reason.STORE_UNAVAILABLE, "store 'orders' cannot keep", () -> claim.encode(TEXT));
    assertReason(Reason.STORE_UNAVAILABLE, "store 'orders' cannot give", () -> claim.decode(kept));
    assertThat(Reason.STORE_UNAVAILABLE.isRetryable()).isTrue();
  }

  @Test
  void objectThatIsGoneIsMissingForGood() {
    Payload kept = claim.encode(TEXT);
    store.objects.clear();

    assertReason(Reason.MISSING, "store 'orders' has no object", () -> claim.decode(kept));
    assertThat(Reason.MISSING.isRetryable()).isFalse();
  }

  @Test
  void objectThatWasAlteredIsRefused() {
    Payload kept = claim.encode(TEXT);
    store.objects.replaceAll(
        (key, data) -> {
          data[17] ^= 1;
          return data;
        });
    assertReason(Reason.ALTERED, "of store 'orders' is not the", () -> claim.decode(kept));

    store.objects.replaceAll((key, data) -> new byte[3]);
    assertReason(Reason.ALTERED, "of store 'orders' is not the", () -> claim.decode(kept));
  }

  @Test
  void objectOverTheLimitIsNotLoaded() {
    Payload kept = claim.encode(TEXT);
    store.isAway = true; // so that it would be noticed
    PayloadCodecs bounded =
        PayloadCodecs.builder().readFrom(store).mostBytes(TEXT.data().length - 1).build();

    assertReason(Reason.TOO_LARGE, "has 9002 bytes", () -> bounded.decode(kept));
  }

  @Test
  void otherStoresCanBeReadFromAndUnknownOnesAreNamed() {
    Payload kept = claim.encode(TEXT);
    MemoryStore next = new MemoryStore("s3:next");

    PayloadCodecs moved = PayloadCodecs.builder().claimCheckAbove(0, next).readFrom(store).build();
    assertSame(moved.decode(kept), TEXT);
    moved.encode(TEXT);
    assertThat(next.objects).hasSize(1);
    assertReason(
        Reason.UNKNOWN_CODING,
        "kept in store 'orders', but this worker has only [s3:next]",
        () -> PayloadCodecs.builder().readFrom(next).build().decode(kept));
  }
}
