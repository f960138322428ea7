package dev.millrace.worker.spi;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;

/**
 * What stands between handlers and the wire: every payload that a handler reads is decoded, every
 * one that it returns is encoded. Called by many threads at once.
 */
public interface PayloadCodec {
  /** One that leaves every payload as it is. */
  PayloadCodec NONE =
      new PayloadCodec() {
        @Override
        public Payload encode(Payload payload) {
          return payload;
        }

        @Override
        public Payload decode(Payload payload) {
          return payload;
        }
      };

  /**
   * The payload for the wire.
   *
   * @throws PayloadException when it cannot be made; a thread that was interrupted stays so
   */
  Payload encode(Payload payload);

  /**
   * The payload as it was before it was encoded; the same object when it was not.
   *
   * @throws PayloadException when it cannot be had; a thread that was interrupted stays so
   */
  Payload decode(Payload payload);

  /**
   * What decodes the payloads of one command, asked for once for each command that has payloads
   * read: for limits on all of them together. This codec itself unless said otherwise.
   */
  default PayloadCodec ofCommand() {
    return this;
  }
}
