package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class S3StoreTest {
  private static final byte[] DATA = "abc".getBytes(UTF_8);
  private static final String KEY = Digests.sha256(DATA);

  private S3Server server;
  private S3Store store;

  @BeforeEach
  void start() throws IOException {
    server = new S3Server();
    store = builder("bucket").build(() -> S3Server.CREDENTIALS);
  }

  private S3Store.Builder builder(String bucket) {
    return S3Store.builder("s3:test", server.endpoint(), bucket)
        .prefix("payloads/")
        .region("eu-central-1");
  }

  @AfterEach
  void stop() {
    server.close();
    store.close();
  }

  @Test
  void signedRequestsPutAndGetObjects() throws Exception {
    store.put(KEY, DATA);
    store.put(KEY, DATA);

    assertThat(server.objects).containsOnlyKeys("/bucket/payloads/" + KEY);
    assertThat(store.get(KEY, DATA.length)).hasValue(DATA);
    assertThat(store.get(Digests.sha256(new byte[1]), 1)).isEmpty();
  }

  @Test
  void noMoreIsReadThanTheReferenceSays() throws Exception {
    store.put(KEY, new byte[3_000_000]);

    assertThat(store.get(KEY, 1_000_000).orElseThrow()).hasSize(1_000_001);
  }

  @Test
  void wrongSecretBucketAndServerErrorsAreAnAwayStoreAndNamed() {
    S3Credentials wrong = new S3Credentials("tester", "another secret", null);
    try (S3Store stranger = builder("bucket").build(() -> wrong);
        S3Store lost = builder("nowhere").build(() -> S3Server.CREDENTIALS)) {
      assertAway(stranger, "answer 403 SignatureDoesNotMatch");
      assertAway(lost, "GET of bucket 'nowhere'", "answer 404 NoSuchBucket");
    }
    server.status = 503;
    assertAway(store, "answer 503 SlowDown");
    server.status = 307;
    assertAway(store, "answer 307");
    server.status = 404; // of a proxy: no word of the store that it has no such object
    assertAway(store, "answer 404");
  }

  private static void assertAway(S3Store store, String... message) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> store.get(KEY, 3))
        .satisfies(thrown -> assertThat(thrown.getMessage()).contains(message));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put(KEY, DATA));
  }

  @Test
  void serverThatIsGoneOrSaysNothingMoreIsAway() throws Exception {
    store.put(KEY, DATA);
    server.stalls = true;
    try (S3Store hasty =
        builder("bucket").timeout(Duration.ofMillis(300)).build(() -> S3Server.CREDENTIALS)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> hasty.get(KEY, 3))
          .withMessageContaining("no answer from 127.0.0.1");
    }
    server.close();
    assertAway(store, "no answer from 127.0.0.1");
  }

  @Test
  void interruptEndsTheWaitingAtOnce() throws Exception {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> store.put(KEY, DATA));
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void wrongSettingsAreRefused() {
    URI endpoint = server.endpoint();
    for (String wrong : List.of("ftp://x", "http://user@x", "http://x/path", "http://x?q", "x")) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> S3Store.builder("s", URI.create(wrong), "bucket"));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Store.builder("s", endpoint, "Bucket/.."));
    for (String wrong : List.of("a", "../", "a/../", "a b/", "/")) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> S3Store.builder("s", endpoint, "bucket").prefix(wrong));
    }
  }
}
