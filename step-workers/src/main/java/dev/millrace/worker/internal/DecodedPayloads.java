package dev.millrace.worker.internal;

import dev.millrace.worker.Payload;
import dev.millrace.worker.spi.PayloadCodec;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** What the payloads of a command were decoded to; made when there is one. Thread-safe. */
final class DecodedPayloads {
  private @Nullable IdentityHashMap<Object, Payload> payloads;
  private @Nullable PayloadCodec codec;

  /** What decodes them, in the room that there is for all. */
  synchronized PayloadCodec codec(PayloadValues values) {
    PayloadCodec known = codec;
    if (known == null) {
      known = values.codecOfCommand();
      codec = known;
    }
    return known;
  }

  /** What a payload of the command was decoded to, if it was. */
  synchronized @Nullable Payload get(Object wire) {
    return payloads == null ? null : payloads.get(wire);
  }

  synchronized void put(Object wire, Payload decoded) {
    if (payloads == null) {
      payloads = new IdentityHashMap<>();
    }
    payloads.put(wire, decoded);
  }
}
