package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an HTTP step connects to with encryption, and in whose name. */
final class EgressOverTlsTest extends EgressCase {
  @Test
  void encryptedConnectionIsToTheCheckedAddressInTheNameOfTheHost(@TempDir Path folder)
      throws Exception {
    hosts.name("api.test", "127.0.0.1").name("wrong.test", "127.0.0.1");
    SSLContext tls = certificateOf("api.test", folder);
    EgressPolicy policy =
        EgressPolicy.builder().allow("https://*.test:*").allowNetwork("127.0.0.1/32").build();
    List<Object> names = new CopyOnWriteArrayList<>();
    try (RawServer server =
        new RawServer(
            tls.getServerSocketFactory(),
            (connection, head) -> {
              var session = (ExtendedSSLSession) ((SSLSocket) connection).getSession();
              names.addAll(session.getRequestedServerNames());
              RawServer.send(connection, OK);
            })) {
      String tail = ".test:" + server.port() + "/";

      assertThat(call(HttpStep.builder().egress(policy).sslContext(tls), "https://api" + tail, ""))
          .isInstanceOf(StepResult.Succeeded.class);
      assertThat(names).containsExactly(new SNIHostName("api.test"));
      assertThat(server.heads.getFirst()).contains("Host: api" + tail.replace("/", "\r\n"));
      for (HttpStep.Builder step :
          List.of(
              HttpStep.builder().egress(policy),
              HttpStep.builder().egress(policy).sslContext(tls))) {
        StepResult.Failed failure = (StepResult.Failed) call(step, "https://wrong" + tail, "");
        assertThat(failure.type()).isEqualTo(HttpFailures.UNTRUSTED);
        assertThat(failure.retryable()).isFalse();
      }
    }
  }

  /** A context with a new certificate of a host, which it also trusts. */
  private static SSLContext certificateOf(String host, Path folder) throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "server",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, "changeit".toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void redirectFromEncryptionToNoneIsNotFollowed(@TempDir Path folder) throws Exception {
    hosts.name("api.test", "127.0.0.1");
    SSLContext tls = certificateOf("api.test", folder);
    EgressPolicy policy =
        EgressPolicy.builder()
            .allow("https://api.test:*")
            .allow("http://api.test:*")
            .allowNetwork("127.0.0.1/32")
            .build();
    try (RawServer plain = RawServer.sending(OK);
        RawServer encrypted =
            new RawServer(
                tls.getServerSocketFactory(),
                (connection, head) -> redirect(connection, plain.port()))) {
      StepResult result =
          call(
              HttpStep.builder().egress(policy).sslContext(tls),
              "https://api.test:" + encrypted.port() + "/",
              "");

      assertThat(((StepResult.Failed) result).type()).isEqualTo(HttpFailures.EGRESS_REFUSED);
      assertThat(plain.connections).hasValue(0);
    }
  }

  private static void redirect(Socket connection, int port) throws IOException {
    RawServer.send(
        connection,
        "HTTP/1.1 302 F\r\nLocation: http://api.test:%d/\r\nContent-Length: 0\r\n\r\n"
            .formatted(port));
  }
}
