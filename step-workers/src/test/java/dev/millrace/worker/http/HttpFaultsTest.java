package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.testing.Patience;
import dev.millrace.worker.ContextStub;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers do that WireMock does not: too much, too long, and nonsense. */
final class HttpFaultsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  private static StepResult call(String url) throws Exception {
    try (HttpStep step = step()) {
      return step.handle(Contexts.of("{\"url\": \"" + url + "\", \"timeout\": \"20s\"}"));
    }
  }

  private static HttpStep step() {
    return HttpStep.builder()
        .egress(
            EgressPolicy.builder().allow("http://127.0.0.1:*").allowNetwork("127.0.0.1/32").build())
        .maxResponseBytes(100_000)
        .build();
  }

  private static StepResult.Failed failure(String url) throws Exception {
    StepResult result = call(url);
    assertThat(result).isInstanceOf(StepResult.Failed.class);
    return (StepResult.Failed) result;
  }

  @ParameterizedTest
  @CsvSource({"'Content-Length: 9999999999\r\n'", "''", "'Transfer-Encoding: chunked\r\n'"})
  void bodyWithoutEndIsGivenUpAtTheLimit(String header) throws Exception {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    try (RawServer server =
        new RawServer(
            (connection, head) -> {
              try {
                sendWithoutEnd(connection, header);
              } catch (IOException e) {
                closed.complete(true);
              }
            })) {
      StepResult.Failed failure = failure(server.url());

      assertThat(failure.type()).isEqualTo(HttpFailures.RESPONSE_TOO_LARGE);
      assertThat(failure.retryable()).isFalse();
      assertThat(failure.message()).contains("100000");
      assertThat(closed.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void sendWithoutEnd(Socket connection, String header) throws IOException {
    RawServer.send(connection, OK + header + "\r\n");
    boolean chunked = header.startsWith("Transfer");
    byte[] piece =
        ((chunked ? "400\r\n" : "") + "x".repeat(1_024) + (chunked ? "\r\n" : ""))
            .getBytes(StandardCharsets.ISO_8859_1);
    OutputStream out = connection.getOutputStream();
    while (true) {
      out.write(piece);
    }
  }

  @Test
  void bodyOfTheLimitIsTakenAndOneByteMoreIsNot() throws Exception {
    String type = "Content-Type: text/plain\r\n";
    try (RawServer most = RawServer.sending(OK + type + "\r\n" + "x".repeat(100_000));
        RawServer more = RawServer.sending(OK + type + "\r\n" + "x".repeat(100_001))) {
      assertThat(call(most.url())).isInstanceOf(StepResult.Succeeded.class);
      assertThat(failure(more.url()).type()).isEqualTo(HttpFailures.RESPONSE_TOO_LARGE);
    }
  }

  @Test
  void bodyThatUnpacksToMoreThanTheLimitIsGivenUp() throws Exception {
    byte[] bomb = gzip(50_000_000);
    assertThat(bomb).hasSizeLessThan(100_000);
    try (RawServer server =
        new RawServer(
            (connection, head) -> {
              RawServer.send(connection, OK + "Content-Encoding: gzip\r\n\r\n");
              connection.getOutputStream().write(bomb);
            })) {
      assertThat(failure(server.url()).type()).isEqualTo(HttpFailures.RESPONSE_TOO_LARGE);
    }
  }

  private static byte[] gzip(int zeros) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      byte[] block = new byte[10_000];
      for (int written = 0; written < zeros; written += block.length) {
        out.write(block);
      }
    }
    return packed.toByteArray();
  }

  @Test
  void callBeyondTheConnectionsOfAnOriginWaitsForOneUntilItsTimeout() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                (connection, head) -> {
                  try {
                    answer.await();
                  } catch (InterruptedException e) {
                    throw new IOException(e);
                  }
                  RawServer.send(connection, OK + "Connection: close\r\nContent-Length: 0\r\n\r\n");
                });
        HttpStep step =
            HttpStep.builder()
                .egress(
                    EgressPolicy.builder()
                        .allow("http://127.0.0.1:*")
                        .allowNetwork("127.0.0.1/32")
                        .build())
                .connectionsPerHost(1)
                .build()) {
      FutureTask<StepResult> first = start(step, server, "30s");
      await().untilAsserted(() -> assertThat(server.heads).hasSize(1));
      FutureTask<StepResult> second = start(step, server, "30s");

      assertThat(start(step, server, "300ms").get())
          .isInstanceOfSatisfying(
              StepResult.Failed.class,
              failed -> assertThat(failed.type()).isEqualTo(HttpFailures.TIMEOUT));
      assertThat(second.isDone()).isFalse();
      answer.countDown();
      assertThat(first.get()).isInstanceOf(StepResult.Succeeded.class);
      assertThat(second.get()).isInstanceOf(StepResult.Succeeded.class);
    }
  }

  private static FutureTask<StepResult> start(HttpStep step, RawServer server, String timeout) {
    String input = "{\"url\": \"%s\", \"timeout\": \"%s\"}".formatted(server.url(), timeout);
    FutureTask<StepResult> call = new FutureTask<>(() -> step.handle(Contexts.of(input)));
    Thread.startVirtualThread(call);
    return call;
  }

  @Test
  void headWithoutEndIsGivenUpAtItsLimits() throws Exception {
    try (RawServer longLine = RawServer.sending(OK + "X: " + "x".repeat(10_000) + "\r\n\r\n");
        RawServer manyLines = RawServer.sending(OK + "X: x\r\n".repeat(101) + "\r\n");
        RawServer longStatus =
            RawServer.sending("HTTP/1.1 200 " + "x".repeat(10_000) + "\r\n\r\n")) {
      for (RawServer server : new RawServer[] {longLine, manyLines, longStatus}) {
        assertThat(failure(server.url()).type()).isEqualTo(HttpFailures.RESPONSE_TOO_LARGE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        OK + "Content-Length: x\r\n\r\n",
        OK + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        OK + "Content-Length: 10\r\n\r\nhello",
        OK + "Transfer-Encoding: chunked\r\n\r\ncanary\r\nhello",
        OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        OK + "bad\u0001header canary\r\n\r\n",
        OK + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        OK + "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
      })
  void nonsenseMayBeTriedAgain(String response) throws Exception {
    try (RawServer server = RawServer.sending(response)) {
      StepResult.Failed failure = failure(server.url());

      assertThat(failure.type())
          .isIn(HttpFailures.MALFORMED_RESPONSE, HttpFailures.CONNECTION_LOST);
      assertThat(failure.retryable()).isTrue();
      assertThat(failure.message()).doesNotContain("canary");
    }
  }

  @Test
  void encodingThatWasNotAskedForIsAFailureForGood() throws Exception {
    try (RawServer server = RawServer.sending(OK + "Content-Encoding: br\r\n\r\nhello")) {
      StepResult.Failed failure = failure(server.url());

      assertThat(failure.type()).isEqualTo(HttpFailures.UNSUPPORTED_ENCODING);
      assertThat(failure.retryable()).isFalse();
    }
  }

  @Test
  void bodyOfAFailureDoesNotHideItsStatus() throws Exception {
    String status = "HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\n";
    try (RawServer packed = RawServer.sending(status + "Content-Encoding: br\r\n\r\nx");
        RawServer broken = RawServer.sending(status + "Content-Length: 9\r\n\r\nx");
        RawServer large = RawServer.sending(status + "\r\n" + "x".repeat(500_000))) {
      for (RawServer server : new RawServer[] {packed, broken, large}) {
        assertThat(failure(server.url()).type()).isEqualTo("http.status-503");
      }
    }
  }

  @Test
  void connectionsAreUsedAgainAlsoAfterRedirectsAndFailures() throws Exception {
    List<String> answers =
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    try (RawServer server =
            new RawServer(
                (connection, head) -> {
                  for (int i = 0; ; i++) {
                    RawServer.send(connection, answers.get(i % answers.size()));
                    RawServer.head(connection.getInputStream());
                  }
                });
        HttpStep step = step()) {
      for (int i = 0; i < 20; i++) {
        StepResult result = step.handle(Contexts.of("{\"url\": \"" + server.url() + "\"}"));
        assertThat(result)
            .isInstanceOf(i % 2 == 0 ? StepResult.Succeeded.class : StepResult.Failed.class);
      }
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void nobodyThereMayBeTriedAgain() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }

    StepResult.Failed failure = failure("http://127.0.0.1:" + free + "/");

    assertThat(failure.type()).isEqualTo(HttpFailures.CONNECT_FAILED);
    assertThat(failure.retryable()).isTrue();
  }

  /** How a request is ended. */
  enum End {
    INTERRUPT,
    CANCEL
  }

  @ParameterizedTest
  @CsvSource({"true, INTERRUPT", "false, INTERRUPT", "true, CANCEL"})
  void cancelledAttemptEndsTheRequestAndClosesItsConnection(boolean virtual, End how)
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Integer> left = new CompletableFuture<>();
    try (RawServer server =
            new RawServer(
                (connection, head) -> {
                  asked.countDown();
                  try {
                    left.complete(connection.getInputStream().read());
                  } catch (IOException reset) {
                    left.complete(-1);
                  }
                });
        HttpStep step = step()) {
      CompletableFuture<Runnable> cancel = new CompletableFuture<>();
      String input = "{\"url\": \"" + server.url() + "\"}";
      StepContext context =
          Contexts.of(
              Map.of(
                  "input",
                  Optional.of(Payload.json(input.getBytes(StandardCharsets.UTF_8))),
                  "onCancel",
                  (ContextStub.Answer) arguments -> cancel.complete((Runnable) arguments[0])));
      CompletableFuture<Exception> end = new CompletableFuture<>();
      Runnable call =
          () -> {
            try {
              StepResult result = step.handle(context);
              end.completeExceptionally(new AssertionError("not interrupted: " + result));
            } catch (Exception e) {
              end.complete(e);
            }
          };
      Thread handler = virtual ? Thread.startVirtualThread(call) : new Thread(call);
      if (!virtual) {
        handler.start();
      }
      assertThat(asked.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      switch (how) {
        case INTERRUPT -> handler.interrupt();
        case CANCEL -> cancel.join().run();
      }

      assertThat(end.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOfAny(InterruptedException.class, CancellationException.class);
      assertThat(left.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }
}
