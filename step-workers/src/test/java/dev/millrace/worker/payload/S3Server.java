package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A bucket over HTTP that refuses what is not signed as S3 asks for. */
final class S3Server implements AutoCloseable {
  static final S3Credentials CREDENTIALS = new S3Credentials("tester", "a secret", null);

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request,"
              + "SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})");

  final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  final CountDownLatch closing = new CountDownLatch(1);

  /** Answered in place of all else, unless 0. */
  volatile int status;

  volatile boolean stalls;
  private final HttpServer server;

  S3Server() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getRawPath();
    try (exchange) {
      if (status != 0) {
        respond(exchange, status, "<Error><Code>SlowDown</Code></Error>".getBytes(UTF_8));
      } else if (!isSigned(exchange, body)) {
        respond(exchange, 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>".getBytes(UTF_8));
      } else if (!path.startsWith("/bucket/")) {
        respond(exchange, 404, "<Error><Code>NoSuchBucket</Code></Error>".getBytes(UTF_8));
      } else if (exchange.getRequestMethod().equals("PUT")) {
        objects.put(path, body);
        respond(exchange, 200, new byte[0]);
      } else if (objects.containsKey(path)) {
        respond(exchange, 200, objects.get(path));
      } else {
        respond(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(UTF_8));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void respond(HttpExchange exchange, int answer, byte[] body) throws IOException {
    exchange.sendResponseHeaders(answer, body.length == 0 ? -1 : body.length);
    if (stalls) {
      exchange.getResponseBody().write(body, 0, 1);
      exchange.getResponseBody().flush();
      try {
        closing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static boolean isSigned(HttpExchange exchange, byte[] body)
      throws GeneralSecurityException {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher parts = AUTHORIZATION.matcher(given == null ? "" : given);
    if (!parts.matches() || !parts.group(1).equals(CREDENTIALS.accessKeyId())) {
      return false;
    }
    String sha256 = hex(MessageDigest.getInstance("SHA-256").digest(body));
    if (!sha256.equals(exchange.getRequestHeaders().getFirst("x-amz-content-sha256"))
        || !parts.group(4).equals("host;x-amz-content-sha256;x-amz-date")) {
      return false;
    }
    StringBuilder request = new StringBuilder(exchange.getRequestMethod()).append('\n');
    request.append(exchange.getRequestURI().getRawPath()).append("\n\n");
    for (String name : parts.group(4).split(";", -1)) {
      request.append(name).append(':');
      request.append(exchange.getRequestHeaders().getFirst(name)).append('\n');
    }
    request.append('\n').append(parts.group(4)).append('\n').append(sha256);
    String time = exchange.getRequestHeaders().getFirst("x-amz-date");
    String text =
        "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n%s"
            .formatted(
                time,
                parts.group(2),
                parts.group(3),
                hex(
                    MessageDigest.getInstance("SHA-256")
                        .digest(request.toString().getBytes(UTF_8))));
    byte[] key = ("AWS4" + CREDENTIALS.secretAccessKey()).getBytes(UTF_8);
    key = mac(key, parts.group(2));
    key = mac(key, parts.group(3));
    key = mac(mac(key, "s3"), "aws4_request");
    return time.startsWith(parts.group(2)) && hex(mac(key, text)).equals(parts.group(5));
  }

  private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
