package dev.millrace.worker.payload;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import dev.millrace.worker.spi.PayloadCoding;
import dev.millrace.worker.spi.PayloadStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts payloads above a size into a store; a reference takes their place. Thread-safe. */
final class ClaimCheck implements PayloadCoding {
  private static final String STORE = "store";
  private static final String SHA_256 = "sha256";
  private static final String BYTES = "bytes";
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
  private static final byte[] NOTHING = {};

  private final int aboveBytes;
  private final @Nullable PayloadStore target;
  private final Map<String, PayloadStore> stores = new HashMap<>();

  /**
   * A claim check.
   *
   * @param target null to read only
   * @param others to read from
   */
  ClaimCheck(int aboveBytes, @Nullable PayloadStore target, List<PayloadStore> others) {
    this.aboveBytes = aboveBytes;
    this.target = target;
    others.forEach(store -> stores.put(store.name(), store));
    if (target != null) {
      stores.put(target.name(), target);
    }
  }

  @Override
  public String name() {
    return "claim";
  }

  @Override
  public Optional<Coded> encode(Payload payload) {
    if (target == null || payload.data().length <= aboveBytes) {
      return Optional.empty();
    }
    byte[] data = payload.data();
    String key = Digests.sha256(data);
    try {
      target.put(key, data);
    } catch (IOException e) {
      throw unavailable("cannot keep", target, key, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("was interrupted while it was to keep", target, key, e);
    }
    return Optional.of(
        new Coded(
            Map.of(STORE, target.name(), SHA_256, key, BYTES, Integer.toString(data.length)),
            NOTHING));
  }

  @Override
  public byte[] decode(Coded coded, String contentType, int mostBytes) {
    String name = coded.parameters().getOrDefault(STORE, "");
    String key = coded.parameters().getOrDefault(SHA_256, "");
    String size = coded.parameters().getOrDefault(BYTES, "");
    if (!DIGEST.matcher(key).matches() || !NUMBER.matcher(size).matches()) {
      throw new PayloadException(
          Reason.DAMAGED,
          "its reference has no '%s' of 64 hexadecimal digits or no '%s' that is a number"
              .formatted(SHA_256, BYTES));
    }
    if (Long.parseLong(size) > mostBytes) {
      throw new PayloadException(
          Reason.TOO_LARGE,
          "object %s has %s bytes, more than the %d bytes that a payload may have"
              .formatted(key, size, mostBytes));
    }
    PayloadStore store = stores.get(name);
    if (store == null) {
      throw new PayloadException(
          Reason.UNKNOWN_CODING,
          "kept in store '%s', but this worker has only %s: give it that store to read from"
              .formatted(
                  PayloadCodecs.isStoreName(name) ? name : "?",
                  stores.keySet().stream().sorted().toList()));
    }
    return checked(load(store, key, Integer.parseInt(size)), store, key, size);
  }

  private static byte[] load(PayloadStore store, String key, int bytes) {
    try {
      return store
          .get(key, bytes)
          .orElseThrow(
              () ->
                  new PayloadException(
                      Reason.MISSING,
                      "store '%s' has no object %s: it was deleted, or the store has forgotten it before the workflow has ended"
                          .formatted(store.name(), key)));
    } catch (IOException e) {
      throw unavailable("cannot give", store, key, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("was interrupted while it was to give", store, key, e);
    }
  }

  private static byte[] checked(byte[] data, PayloadStore store, String key, String size) {
    if (data.length != Integer.parseInt(size) || !Digests.sha256(data).equals(key)) {
      throw new PayloadException(
          Reason.ALTERED,
          "object %s of store '%s' is not the %s bytes that were put there"
              .formatted(key, store.name(), size));
    }
    return data;
  }

  private static PayloadException unavailable(
      String what, PayloadStore store, String key, Exception cause) {
    return new PayloadException(
        Reason.STORE_UNAVAILABLE,
        "store '%s' %s object %s: %s".formatted(store.name(), what, key, cause),
        cause);
  }
}
