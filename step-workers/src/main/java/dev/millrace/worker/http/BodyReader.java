package dev.millrace.worker.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the bodies of answers, never more than allowed. Immutable. */
final class BodyReader {
  private static final Logger LOG = LoggerFactory.getLogger(BodyReader.class);

  /** How much is read of a body that nobody wants. */
  private static final int DISCARD_BYTES = 4_096;

  private final int limit;

  BodyReader(int limit) {
    this.limit = limit;
  }

  /**
   * The whole body.
   *
   * @param encoding what {@code Content-Encoding} says, empty for nothing
   * @throws ResponseTooLargeException when it is over the limit
   */
  byte[] whole(HttpEntity entity, String encoding) throws IOException, CallFailedException {
    if (entity.getContentLength() > limit) {
      throw new ResponseTooLargeException(
          "the body has %d bytes, the limit is %d".formatted(entity.getContentLength(), limit));
    }
    // Not closed: closing reads what is left, which is as long as the service likes.
    InputStream packed = new CappedInputStream(entity.getContent(), limit);
    if (!isGzip(encoding)) {
      return packed.readAllBytes();
    }
    byte[] body = new CappedInputStream(new GZIPInputStream(packed), limit).readAllBytes();
    packed.readAllBytes();
    return body;
  }

  /** Reads a short body that nobody wants, so that its connection can be used again. */
  static void discard(HttpEntity entity) {
    try {
      entity.getContent().readNBytes(DISCARD_BYTES);
    } catch (IOException e) {
      LOG.debug("the rest of an answer is lost; its status was there", e);
    }
  }

  private static boolean isGzip(String encoding) throws CallFailedException {
    return switch (encoding.trim().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> false;
      case "gzip", "x-gzip" -> true;
      default ->
          throw new CallFailedException(
              HttpFailures.UNSUPPORTED_ENCODING,
              "the body is in '%s', only gzip was asked for".formatted(encoding));
    };
  }
}
