package dev.millrace.worker.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives no more bytes than it may, and fails at the next. */
final class CappedInputStream extends FilterInputStream {
  private final int limit;
  private long read;

  CappedInputStream(InputStream in, int limit) {
    super(in);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      count(1);
    }
    return b;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      count(count);
    }
    return count;
  }

  private void count(int more) throws ResponseTooLargeException {
    read += more;
    if (read > limit) {
      throw new ResponseTooLargeException(
          "the body has more than %d bytes, the limit".formatted(limit));
    }
  }
}
