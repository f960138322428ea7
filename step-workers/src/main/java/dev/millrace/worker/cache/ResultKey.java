package dev.millrace.worker.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of a result: a SHA-256 in 43 letters of the tenant, the step type and what the result
 * depends on.
 */
final class ResultKey {
  private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final MessageDigest digest;

  private ResultKey() {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * The key of a call.
   *
   * @param part what the result depends on, beside tenant and type; null for all that the handler
   *     is given, which is the input and the outputs of dependencies
   */
  static String of(StepContext context, @Nullable Function<StepContext, String> part) {
    ResultKey key = new ResultKey();
    key.add(context.tenant());
    key.add(context.type());
    if (part != null) {
      key.add(part.apply(context));
    } else {
      key.add(context.input().orElse(null));
      for (Dependency dependency : context.dependencies()) {
        key.add(dependency.step());
        key.add(dependency.output());
      }
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key.digest.digest());
  }

  /** Whether a text can be a key. */
  static boolean isOne(String text) {
    return TEXT.matcher(text).matches();
  }

  private void add(@Nullable Payload payload) {
    if (payload == null) {
      digest.update((byte) 0);
    } else {
      digest.update((byte) 1);
      add(payload.contentType());
      add(payload.data());
    }
  }

  private void add(String text) {
    add(text.getBytes(UTF_8));
  }

  /** With its length before it, so that no two lists of parts are the same bytes. */
  private void add(byte[] bytes) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }
}
