package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import dev.millrace.worker.spi.PayloadCoding;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts payloads with AES in Galois/Counter Mode, each with a random nonce of 96 bits and a tag
 * of 128. The content type is authenticated with it, so a payload cannot be passed off as one of
 * another type. Thread-safe.
 *
 * <p>Random nonces are safe for 2^32 payloads with one key: change the key before that.
 */
public final class AesGcm implements PayloadCoding {
  /** Longest id of a key, in characters. */
  public static final int KEY_ID_CHARS = 64;

  /** Most keys to read with. */
  public static final int MAX_KEYS = 1_000;

  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final String KEY = "key";
  private static final String NONCE = "nonce";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  private final String keyId;
  private final Map<String, SecretKey> keys;
  private final SecureRandom random = new SecureRandom();

  private AesGcm(String keyId, Map<String, SecretKey> keys) {
    this.keyId = keyId;
    this.keys = keys;
  }

  /**
   * Encrypts with one key and decrypts with any of several. To change the key: give all workers the
   * new one to read with, then have them write with it, and take the old one away when no payload
   * can be left that was written with it.
   *
   * @param keyId id of the key to encrypt with; it travels with each payload, readable
   * @param keys all keys by id: 1 to {@link #KEY_ID_CHARS} of {@code A-Z a-z 0-9 . _ -}; of 128,
   *     192 or 256 bits
   * @throws IllegalArgumentException for an id or key that is none, or an unknown one to write with
   */
  public static AesGcm of(String keyId, Map<String, SecretKey> keys) {
    keys.forEach(AesGcm::check);
    if (!keys.containsKey(keyId) || keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          "key '%s': must be among the %d keys given, which may be %d"
              .formatted(keyId, keys.size(), MAX_KEYS));
    }
    return new AesGcm(keyId, Map.copyOf(keys));
  }

  private static void check(String id, SecretKey key) {
    if (!KEY_ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "key id '%s': must be 1 to %d of A-Z a-z 0-9 . _ -".formatted(id, KEY_ID_CHARS));
    }
    byte[] encoded = key.getEncoded(); // null where a device keeps it to itself
    boolean hasLength =
        encoded == null || encoded.length == 16 || encoded.length == 24 || encoded.length == 32;
    if (!key.getAlgorithm().equalsIgnoreCase("AES") || !hasLength) {
      throw new IllegalArgumentException(
          "key '%s': must be an AES key of 128, 192 or 256 bits".formatted(id));
    }
  }

  @Override
  public String name() {
    return "aes-gcm";
  }

  @Override
  public Optional<Coded> encode(Payload payload) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, keyId, key(keyId), nonce, payload.contentType())
              .doFinal(payload.data());
      return Optional.of(
          new Coded(Map.of(KEY, keyId, NONCE, Base64.getEncoder().encodeToString(nonce)), sealed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM with key '%s' fails".formatted(keyId), e);
    }
  }

  @Override
  public byte[] decode(Coded coded, String contentType, int mostBytes) {
    String id = coded.parameters().getOrDefault(KEY, "");
    SecretKey key = key(id);
    byte[] nonce = nonce(coded);
    int bytes = coded.data().length - TAG_BYTES;
    if (nonce.length != NONCE_BYTES || bytes < 0) {
      throw new PayloadException(
          Reason.DAMAGED,
          "encrypted with key '%s': a nonce of %d bytes and %d bytes of data; must be %d, and %d or more"
              .formatted(id, nonce.length, coded.data().length, NONCE_BYTES, TAG_BYTES));
    }
    if (bytes > mostBytes) {
      throw new PayloadException(
          Reason.TOO_LARGE,
          "%d encrypted bytes are more than the %d bytes that a payload may have"
              .formatted(bytes, mostBytes));
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, id, key, nonce, contentType).doFinal(coded.data());
    } catch (AEADBadTagException e) {
      throw new PayloadException(
          Reason.ALTERED,
          "what key '%s' has encrypted as '%s' is not what is here: bytes, content type or key are others"
              .formatted(id, contentType),
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM with key '%s' fails".formatted(id), e);
    }
  }

  private SecretKey key(String id) {
    SecretKey key = keys.get(id);
    if (key == null) {
      String given = KEY_ID.matcher(id).matches() ? id : "?";
      throw new PayloadException(
          Reason.UNKNOWN_KEY,
          "encrypted with key '%s', but this worker has only %s: give it that key to read with"
              .formatted(given, keys.keySet().stream().sorted().toList()));
    }
    return key;
  }

  private static byte[] nonce(Coded coded) {
    try {
      return Base64.getDecoder().decode(coded.parameters().getOrDefault(NONCE, ""));
    } catch (IllegalArgumentException e) {
      throw new PayloadException(Reason.DAMAGED, "its nonce is no base64", e);
    }
  }

  private static Cipher cipher(int mode, String id, SecretKey key, byte[] nonce, String contentType)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD("millrace aes-gcm\n%s\n%s".formatted(id, contentType).getBytes(UTF_8));
    return cipher;
  }
}
