package dev.millrace.worker.internal;

import dev.millrace.worker.Payload;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** What the payloads of a command were decoded to; made when there is one. Thread-safe. */
final class DecodedPayloads {
  private @Nullable IdentityHashMap<Object, Payload> payloads;

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
