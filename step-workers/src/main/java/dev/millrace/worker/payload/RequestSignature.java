package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests as AWS Signature Version 4 says.
 *
 * @param region such as {@code eu-central-1}
 * @param service such as {@code s3}
 */
record RequestSignature(String region, String service) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int DATE_CHARS = 8;

  /** A time as the header {@code x-amz-date} has it. */
  static String time(Instant at) {
    return TIME.format(at);
  }

  /**
   * The header {@code Authorization} of a request.
   *
   * @param path encoded as it is sent
   * @param query encoded, its parameters in the order of their names; empty for none
   * @param headers those to sign, by lower-case name, {@code x-amz-date} among them
   * @param contentSha256 of the body
   */
  String authorization(
      S3Credentials credentials,
      String method,
      String path,
      String query,
      SortedMap<String, String> headers,
      String contentSha256) {
    String time = headers.getOrDefault("x-amz-date", "");
    String date = time.substring(0, DATE_CHARS);
    String scope = "%s/%s/%s/aws4_request".formatted(date, region, service);
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      lines.append(header.getKey()).append(':').append(header.getValue().strip()).append('\n');
    }
    String names = String.join(";", headers.keySet());
    String request = String.join("\n", method, path, query, lines.toString(), names, contentSha256);
    String toSign =
        String.join("\n", ALGORITHM, time, scope, Digests.sha256(request.getBytes(UTF_8)));
    byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(UTF_8);
    for (String part : new String[] {date, region, service, "aws4_request"}) {
      key = hmac(key, part);
    }
    return "%s Credential=%s/%s,SignedHeaders=%s,Signature=%s"
        .formatted(
            ALGORITHM,
            credentials.accessKeyId(),
            scope,
            names,
            HexFormat.of().formatHex(hmac(key, toSign)));
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
