package dev.millrace.worker.payload;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.MediaTypes;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import dev.millrace.worker.spi.PayloadCodec;
import dev.millrace.worker.spi.PayloadCoding;
import dev.millrace.worker.spi.PayloadStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compresses, encrypts and puts away payloads, in this order, and undoes it. The engine passes on
 * what comes of it as it is: each coding leaves a payload of {@link MediaTypes#ENCODED} that says
 * how to come back.
 *
 * <p>For workers with {@link dev.millrace.worker.WorkerBuilder#payloads}; whoever starts workflows
 * may use it as well. Thread-safe.
 */
public final class PayloadCodecs implements PayloadCodec {
  /** Most bytes of a payload before it is encoded, unless set otherwise. */
  public static final int DEFAULT_BYTES = 16 * 1024 * 1024;

  /** Most bytes of a payload before it is encoded that may be set. */
  public static final int MAX_BYTES = 1024 * 1024 * 1024;

  /** Most codings of one payload, and deepest nesting of encoded payloads within JSON. */
  public static final int MAX_CODINGS = 8;

  /** What codings may add to a payload that they do not make smaller. */
  private static final int OVERHEAD_BYTES = MAX_CODINGS * (Envelope.HEADER_BYTES + 1024);

  private static final Pattern CODING = Pattern.compile("[a-z0-9-]{1,32}");
  private static final Pattern STORE = Pattern.compile("[A-Za-z0-9._:/-]{1,128}");

  private final Map<String, PayloadCoding> codings;
  private final int mostBytes;

  private PayloadCodecs(Map<String, PayloadCoding> codings, int mostBytes) {
    this.codings = codings;
    this.mostBytes = mostBytes;
  }

  /** What codecs are made with. Without more they change nothing and read what is compressed. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Payload encode(Payload payload) {
    if (payload.data().length > mostBytes) {
      throw new PayloadException(
          Reason.TOO_LARGE,
          "%d bytes are more than the %d bytes that a payload may have"
              .formatted(payload.data().length, mostBytes));
    }
    Payload encoded = payload;
    for (PayloadCoding coding : codings.values()) {
      Optional<PayloadCoding.Coded> coded = coding.encode(encoded);
      if (coded.isPresent()) {
        encoded = new Envelope(coding.name(), encoded.contentType(), coded.get()).toPayload();
      }
    }
    return encoded;
  }

  @Override
  public Payload decode(Payload payload) {
    return new Reading(mostBytes).decoded(payload, 0);
  }

  /** One that gives all payloads of the command together as many bytes as one may have. */
  @Override
  public PayloadCodec ofCommand() {
    return new OfCommand();
  }

  static boolean isStoreName(String name) {
    return STORE.matcher(name).matches();
  }

  /** Decodes one payload after another, each in the room that those before it have left. */
  private final class OfCommand implements PayloadCodec {
    /** A lock and no monitor, in which a virtual thread that waits would hold its carrier. */
    private final ReentrantLock lock = new ReentrantLock();

    private int room = mostBytes;

    @Override
    public Payload encode(Payload payload) {
      return PayloadCodecs.this.encode(payload);
    }

    @Override
    public Payload decode(Payload payload) {
      lock.lock();
      try {
        Reading reading = new Reading(room);
        Payload decoded = reading.decoded(payload, 0);
        room = reading.room;
        return decoded;
      } catch (PayloadException e) {
        throw e.reason() == Reason.TOO_LARGE && room < mostBytes ? togetherTooLarge(e) : e;
      } finally {
        lock.unlock();
      }
    }

    private PayloadException togetherTooLarge(PayloadException e) {
      return new PayloadException(
          Reason.TOO_LARGE,
          "%d bytes are left of the %d that the payloads of a command may have together: %s"
              .formatted(Math.max(0, room), mostBytes, e.getMessage()),
          e);
    }
  }

  /** One payload being read, whose parts may have so many bytes together. */
  private final class Reading {
    private int room;

    Reading(int room) {
      this.room = room;
    }

    Payload decoded(Payload encoded, int depth) {
      Payload payload = encoded;
      for (int layer = 0; MediaTypes.isEncoded(payload.contentType()); layer++) {
        if (layer == MAX_CODINGS) {
          throw tooDeep();
        }
        payload = layer(Envelope.of(payload));
      }
      if (MediaTypes.isEncoded(encoded.contentType())) {
        room -= payload.data().length;
      }
      return EmbeddedPayloads.decoded(payload, inner -> embedded(inner, depth + 1));
    }

    private Payload embedded(Payload inner, int depth) {
      if (depth > MAX_CODINGS) {
        throw tooDeep();
      }
      return decoded(inner, depth);
    }

    private Payload layer(Envelope envelope) {
      PayloadCoding coding = codings.get(envelope.coding());
      if (coding == null) {
        throw new PayloadException(
            Reason.UNKNOWN_CODING,
            "encoded by '%s', but this worker has only %s: set it with WorkerBuilder.payloads"
                .formatted(
                    CODING.matcher(envelope.coding()).matches() ? envelope.coding() : "?",
                    codings.keySet()));
      }
      boolean isInner = MediaTypes.isEncoded(envelope.contentType());
      int left = Math.max(0, room); // a coding of the user's own may have exceeded it
      int bytes = isInner ? left + OVERHEAD_BYTES : left;
      byte[] data = coding.decode(envelope.coded(), envelope.contentType(), bytes);
      return new Payload(envelope.contentType(), data);
    }

    private PayloadException tooDeep() {
      return new PayloadException(
          Reason.TOO_LARGE, "encoded more than %d times over".formatted(MAX_CODINGS));
    }
  }

  /** Collects what codecs are made with. Not thread-safe. */
  public static final class Builder {
    private final List<PayloadCoding> codings = new ArrayList<>();
    private final List<PayloadStore> readOnly = new ArrayList<>();
    private int compressAboveBytes = Integer.MAX_VALUE;
    private int claimAboveBytes;
    private @Nullable PayloadStore store;
    private int mostBytes = DEFAULT_BYTES;

    private Builder() {}

    /**
     * Compresses payloads with gzip that have more bytes than that, where it makes them smaller.
     * What is encrypted too shows by its size how well it could be compressed.
     */
    public Builder compressAbove(int bytes) {
      this.compressAboveBytes = atLeastZero("compress above", bytes);
      return this;
    }

    /** Encrypts payloads; short for {@link #coding}. */
    public Builder encrypt(AesGcm encryption) {
      return coding(encryption);
    }

    /** Encodes payloads, after they were compressed and in the order of these calls. */
    public Builder coding(PayloadCoding coding) {
      boolean isTaken =
          coding.name().equals("gzip")
              || coding.name().equals("claim")
              || codings.stream().anyMatch(other -> other.name().equals(coding.name()));
      if (isTaken || !CODING.matcher(coding.name()).matches()) {
        throw new IllegalArgumentException(
            "coding '%s': must be a name of its own, of 1 to %d of a-z 0-9 -"
                .formatted(coding.name(), PayloadCoding.NAME_CHARS));
      }
      if (codings.size() == MAX_CODINGS - 2) {
        throw new IllegalArgumentException(
            "coding '%s': at most %d may be set beside gzip and claim"
                .formatted(coding.name(), MAX_CODINGS - 2));
      }
      codings.add(coding);
      return this;
    }

    /**
     * Puts payloads into a store that have more bytes than that after all else.
     *
     * @param bytes 0 to {@link Limits#PAYLOAD_BYTES}
     */
    public Builder claimCheckAbove(int bytes, PayloadStore target) {
      if (bytes > Limits.PAYLOAD_BYTES) {
        throw new IllegalArgumentException(
            "claim check above %d bytes: must be at most %d, the largest payload"
                .formatted(bytes, Limits.PAYLOAD_BYTES));
      }
      this.claimAboveBytes = atLeastZero("claim check above", bytes);
      this.store = named(target);
      return this;
    }

    /** Reads from another store too, such as the one that was used before. */
    public Builder readFrom(PayloadStore other) {
      readOnly.add(named(other));
      return this;
    }

    /**
     * How many bytes a payload may have before it is encoded, and all encoded ones of a command
     * together after they were decoded, those within JSON included; {@link #DEFAULT_BYTES} unless
     * set, at most {@link #MAX_BYTES}. A handler's inputs and output are in memory as a whole.
     */
    public Builder mostBytes(int bytes) {
      if (bytes < 1 || bytes > MAX_BYTES) {
        throw new IllegalArgumentException(
            "most bytes %d: must be 1 to %d".formatted(bytes, MAX_BYTES));
      }
      this.mostBytes = bytes;
      return this;
    }

    /** The codecs. */
    public PayloadCodecs build() {
      Map<String, PayloadCoding> inOrder = new LinkedHashMap<>();
      put(inOrder, new Gzip(compressAboveBytes));
      codings.forEach(coding -> put(inOrder, coding));
      put(inOrder, new ClaimCheck(claimAboveBytes, store, readOnly));
      return new PayloadCodecs(inOrder, mostBytes);
    }

    private static void put(Map<String, PayloadCoding> codings, PayloadCoding coding) {
      codings.put(coding.name(), coding);
    }

    private static int atLeastZero(String what, int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "%s %d bytes: must not be negative".formatted(what, bytes));
      }
      return bytes;
    }

    private static PayloadStore named(PayloadStore store) {
      if (!isStoreName(store.name())) {
        throw new IllegalArgumentException(
            "store '%s': its name must be 1 to %d of A-Z a-z 0-9 . _ : / -"
                .formatted(store.name(), PayloadStore.NAME_CHARS));
      }
      return store;
    }
  }
}
