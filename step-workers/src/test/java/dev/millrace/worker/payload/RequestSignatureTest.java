package dev.millrace.worker.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The examples that AWS has published. */
final class RequestSignatureTest {
  private static final String NOTHING =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  private static final S3Credentials S3 =
      new S3Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null);

  private static String s3(
      String method, String path, String query, Map<String, String> headers, String sha256) {
    TreeMap<String, String> signed = new TreeMap<>(headers);
    signed.put("host", "examplebucket.s3.amazonaws.com");
    signed.put("x-amz-content-sha256", sha256);
    signed.put("x-amz-date", "20130524T000000Z");
    return new RequestSignature("us-east-1", "s3")
        .authorization(S3, method, path, query, signed, sha256);
  }

  @Test
  void signsTheGetOfAnObject() {
    assertThat(s3("GET", "/test.txt", "", Map.of("range", "bytes=0-9"), NOTHING))
        .isEqualTo(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  @Test
  void signsThePutOfAnObject() {
    assertThat(
            s3(
                "PUT",
                "/test%24file.text",
                "",
                Map.of(
                    "date",
                    "Fri, 24 May 2013 00:00:00 GMT",
                    "x-amz-storage-class",
                    "REDUCED_REDUNDANCY"),
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"))
        .endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  }

  @Test
  void signsRequestsWithAQuery() {
    assertThat(s3("GET", "/", "lifecycle=", Map.of(), NOTHING))
        .endsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    assertThat(s3("GET", "/", "max-keys=2&prefix=J", Map.of(), NOTHING))
        .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  }

  @Test
  void signsForOtherServices() {
    TreeMap<String, String> headers =
        new TreeMap<>(
            Map.of(
                "host",
                "example.amazonaws.com",
                "x-amz-date",
                RequestSignature.time(Instant.parse("2015-08-30T12:36:00Z"))));
    assertThat(
            new RequestSignature("us-east-1", "service")
                .authorization(
                    new S3Credentials(
                        "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null),
                    "GET",
                    "/",
                    "",
                    headers,
                    NOTHING))
        .endsWith("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }

  @Test
  void secretIsNotInTheTextOfCredentials() {
    assertThat(S3.toString()).isEqualTo("S3Credentials[AKIAIOSFODNN7EXAMPLE]");
  }
}
