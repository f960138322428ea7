package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Payloads of every size that matters, from a source of chance. */
final class RandomPayloads {
  static final Payload TOO_LARGE = new Payload("", new byte[1024 * 1024 + 1]);

  private final Random random;

  RandomPayloads(Random random) {
    this.random = random;
  }

  /** What a worker returns. */
  @Nullable Payload output() {
    return random.nextInt(2_000) == 0 ? TOO_LARGE : kept();
  }

  /** What a worker may have returned. */
  @Nullable Payload kept() {
    return about(random.nextInt(4) == 0 ? PackedWorkflow.OUTPUT_BYTES - 4 : 0);
  }

  /** None, a small one, or one of about a size. */
  @Nullable Payload about(int bytes) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    byte[] data = new byte[bytes + random.nextInt(bytes == 0 ? 60 : 8)];
    random.nextBytes(data);
    return new Payload(random.nextInt(4) == 0 ? "x" : "", data);
  }
}
