package dev.millrace.worker.payload;

import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.PayloadException.Reason;
import dev.millrace.worker.spi.PayloadCoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compresses payloads above a size, if that makes them smaller. Stateless. */
final class Gzip implements PayloadCoding {
  /** What an envelope takes at most for this coding, in bytes. */
  private static final int ENVELOPE_BYTES = 128;

  private final int aboveBytes;

  Gzip(int aboveBytes) {
    this.aboveBytes = aboveBytes;
  }

  @Override
  public String name() {
    return "gzip";
  }

  @Override
  public Optional<Coded> encode(Payload payload) {
    byte[] data = payload.data();
    if (data.length <= aboveBytes) {
      return Optional.empty();
    }
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(Math.max(64, data.length / 4));
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return compressed.size() + ENVELOPE_BYTES < data.length
        ? Optional.of(new Coded(Map.of(), compressed.toByteArray()))
        : Optional.empty();
  }

  /** Allocates no more than twice what has come out so far. */
  @Override
  public byte[] decode(Coded coded, String contentType, int mostBytes) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(coded.data()))) {
      byte[] data = gzip.readNBytes(mostBytes);
      if (data.length == mostBytes && gzip.read() >= 0) {
        throw new PayloadException(
            Reason.TOO_LARGE,
            "%d bytes of gzip are more than the %d bytes that a payload may have"
                .formatted(coded.data().length, mostBytes));
      }
      return data;
    } catch (IOException e) {
      throw new PayloadException(Reason.DAMAGED, "its gzip cannot be read: " + e.getMessage(), e);
    }
  }
}
