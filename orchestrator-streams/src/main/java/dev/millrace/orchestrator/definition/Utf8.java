package dev.millrace.orchestrator.definition;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** The text of a source. Stateless. */
final class Utf8 {
  /** Length of the byte order mark that some editors put first. */
  private static final int MARK_BYTES = 3;

  private static final int CHUNK_CHARS = 8 * 1024;

  private Utf8() {}

  /** Refuses bytes that are not UTF-8, at the first of them. */
  static void check(byte[] source) throws SourceRefusedException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(source);
    CharBuffer out = CharBuffer.allocate(CHUNK_CHARS);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (result.isError()) {
      String before = new String(source, 0, in.position(), StandardCharsets.UTF_8);
      throw new SourceRefusedException(
          SourceRule.NOT_UTF8,
          Position.of(before, before.length()),
          "the byte 0x%02x is not UTF-8; save the file as UTF-8"
              .formatted(source[in.position()] & 0xFF));
    }
  }

  /** The characters of a checked source, without the byte order mark. */
  static Reader reader(byte[] source) {
    int from = start(source);
    return new InputStreamReader(
        new ByteArrayInputStream(source, from, source.length - from), StandardCharsets.UTF_8);
  }

  /** The same as one text. */
  static String text(byte[] source) {
    int from = start(source);
    return new String(source, from, source.length - from, StandardCharsets.UTF_8);
  }

  /** Where the text begins: behind the byte order mark if there is one. */
  static int start(byte[] source) {
    return source.length >= MARK_BYTES
            && source[0] == (byte) 0xEF
            && source[1] == (byte) 0xBB
            && source[2] == (byte) 0xBF
        ? MARK_BYTES
        : 0;
  }
}
