package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.net.InetAddress;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an HTTP step connects to, and where it does not whatever it is told. */
final class EgressTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  private final NamedHosts hosts =
      new NamedHosts()
          .name("localhost", "127.0.0.1", "::1")
          .name("local.test", "127.0.0.1")
          .name("private.test", "10.0.0.1")
          .name("metadata.google.internal", "169.254.169.254")
          .name("mixed.test", "93.184.216.34", "127.0.0.1")
          .name("six.test", "fd00:ec2::254")
          .name("mapped.test", "::ffff:169.254.169.254")
          .name("nat64.test", "64:ff9b::7f00:1")
          .name("xn--nxasmq6b.test", "127.0.0.1");

  private StepResult.Failed failure(EgressPolicy policy, String url) throws Exception {
    StepResult result = call(HttpStep.builder().egress(policy), url, "");
    assertThat(result).as(url).isInstanceOf(StepResult.Failed.class);
    return (StepResult.Failed) result;
  }

  private StepResult call(HttpStep.Builder builder, String url, String fields) throws Exception {
    try (HttpStep step = builder.resolver(hosts).build()) {
      String quoted = url.replace("\\", "\\\\").replace("\r\n", "\\r\\n");
      return step.handle(Contexts.of("{\"url\": \"" + quoted + "\"" + fields + "}"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:PORT/",
        "http://2130706433:PORT/",
        "http://017700000001:PORT/",
        "http://0x7f000001:PORT/",
        "http://0177.0.0.1:PORT/",
        "http://0x7f.0.0.1:PORT/",
        "http://127.0.0.1.:PORT/",
        "http://127.1:PORT/",
        "http://127.0.1:PORT/",
        "http://0:PORT/",
        "http://0.0.0.0:PORT/",
        "http://[::]:PORT/",
        "http://[::1]:PORT/",
        "http://[0:0:0:0:0:0:0:1]:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        "http://[::ffff:7f00:1]:PORT/",
        "http://[::127.0.0.1]:PORT/",
        "http://[64:ff9b::127.0.0.1]:PORT/",
        "http://[64:ff9b::7f00:1]:PORT/",
        "http://[2002:7f00:1::]:PORT/",
        "http://[fe80::1%25lo]:PORT/",
        "http://localhost:PORT/",
        "http://LocalHost.:PORT/",
        "http://local.test:PORT/",
        "http://xn--nxasmq6b.test:PORT/",
        "http://XN--NXASMQ6B.test:PORT/",
        "http://mixed.test:PORT/",
        "http://nat64.test:PORT/",
        "http://public.test@127.0.0.1:PORT/",
        "http://public.test:80@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT#@public.test/",
        "http://127.0.0.1:PORT?@public.test/",
        "http://public.test\\@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT\\@public.test/",
        "http://127.0.0.1%2f@public.test/",
        "http://127.0.0.1%00.public.test:PORT/",
        "http://①②⑦.⓪.⓪.①:PORT/",
        "http://127。0。0。1:PORT/",
        "http://ｌocalhost:PORT/",
        "http://127.0.0.1:PORT /",
        "http://127.0.0.1:PORT/\r\nX: y",
        "http:127.0.0.1:PORT/",
        "http:/127.0.0.1:PORT/",
        "http:///127.0.0.1:PORT/",
        "//127.0.0.1:PORT/",
        "127.0.0.1:PORT",
        "file:///etc/passwd",
        "gopher://127.0.0.1:PORT/_x",
        "jar:http://127.0.0.1:PORT/a.jar!/b",
        "unix:/var/run/docker.sock",
        "http://private.test/",
        "http://six.test/",
        "http://mapped.test/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://100.100.100.200/latest/meta-data/",
        "http://168.63.129.16/machine",
        "http://192.0.0.192/opc/v1/",
      })
  void whatIsNotPublicIsNotConnectedToThoughEveryOriginIsAllowed(String url) throws Exception {
    EgressPolicy everyOrigin = EgressPolicy.of("http://*:*", "https://*:*");
    try (RawServer server = RawServer.sending(OK)) {
      StepResult.Failed failure =
          failure(everyOrigin, url.replace("PORT", Integer.toString(server.port())));

      assertThat(failure.type()).isIn(HttpFailures.EGRESS_REFUSED, HttpFailures.INVALID_REQUEST);
      assertThat(failure.retryable()).isFalse();
      assertThat(server.connections).hasValue(0);
    }
  }

  @Test
  void originThatIsNotAllowedIsRefusedBeforeItsNameIsLookedUp() throws Exception {
    EgressPolicy policy =
        EgressPolicy.of("https://api.test", "https://*.shop.test:8443", "http://plain.test:*");

    for (String url :
        List.of(
            "http://api.test/",
            "https://api.test:444/",
            "https://www.api.test/",
            "https://api.test.evil.test/",
            "https://evilapi.test/",
            "https://shop.test:8443/",
            "https://evilshop.test:8443/",
            "https://a.shop.test/",
            "https://plain.test/")) {
      assertThat(failure(policy, url).type()).as(url).isEqualTo(HttpFailures.EGRESS_REFUSED);
    }
    assertThat(hosts.asked).isEmpty();
    for (String url :
        List.of("https://API.test./", "https://a.b.shop.test:8443/", "http://plain.test:81/")) {
      assertThat(failure(policy, url).type()).as(url).isEqualTo(HttpFailures.UNKNOWN_HOST);
    }
  }

  @Test
  void networksAreAllowedByNameAndRefusedAboveAll() throws Exception {
    try (RawServer server = RawServer.sending(OK)) {
      String url = "http://local.test:" + server.port() + "/";
      EgressPolicy.Builder policy =
          EgressPolicy.builder().allow("http://*:*").allowNetwork("127.0.0.0/8");

      assertThat(call(HttpStep.builder().egress(policy.build()), url, ""))
          .isInstanceOf(StepResult.Succeeded.class);
      assertThat(failure(policy.refuseNetwork("127.0.0.1/32").build(), url).type())
          .isEqualTo(HttpFailures.EGRESS_REFUSED);
      hosts.name("local.test", "8.8.8.8");
      assertThat(failure(policy.refuseNetwork("8.0.0.0/8").build(), url).message())
          .contains("8.8.8.8 (8.0.0.0/8)");
      assertThat(server.connections).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/",
        "//169.254.169.254/",
        "http://metadata.google.internal/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://other.test/",
        "http://user@local.test:PORT/",
        "http://2130706433:PORT/",
        "file:///etc/passwd",
        "http://local.test:PORT/ x",
        "gopher://local.test:PORT/",
      })
  void redirectIsCheckedAsTheFirstRequestWas(String location) throws Exception {
    EgressPolicy policy =
        EgressPolicy.builder()
            .allow("http://local.test:*")
            .allow("http://169.254.169.254")
            .allow("http://metadata.google.internal")
            .allowNetwork("127.0.0.1/32")
            .build();
    try (RawServer server =
        new RawServer(
            (connection, head) ->
                RawServer.send(
                    connection,
                    "HTTP/1.1 302 Found\r\nLocation: "
                        + location.replace("PORT", Integer.toString(connection.getLocalPort()))
                        + "\r\nContent-Length: 0\r\n\r\n"))) {
      StepResult.Failed failure = failure(policy, "http://local.test:" + server.port() + "/");

      assertThat(failure.type()).isIn(HttpFailures.EGRESS_REFUSED, HttpFailures.BAD_REDIRECT);
      assertThat(failure.retryable()).isFalse();
      assertThat(server.connections).hasValue(1);
    }
  }

  @Test
  void credentialsDoNotGoAlongToAnotherOrigin() throws Exception {
    hosts.name("a.test", "127.0.0.1").name("b.test", "127.0.0.1");
    EgressPolicy policy =
        EgressPolicy.builder().allow("http://*.test:*").allowNetwork("127.0.0.1/32").build();
    try (RawServer other = RawServer.sending(OK);
        RawServer first =
            RawServer.sending(
                "HTTP/1.1 307 T\r\nLocation: http://b.test:%d/\r\nContent-Length: 0\r\n\r\n"
                    .formatted(other.port()))) {
      HttpStep.Builder step =
          HttpStep.builder()
              .egress(policy)
              .header("http://a.test:" + first.port(), "X-Token", () -> "canary-1");

      StepResult result =
          call(
              step,
              "http://a.test:" + first.port() + "/",
              """
              , "method": "POST", "headers": {"Authorization": "canary-2", "Cookie": "canary-3",
              "X-Api-Key": "canary-4", "Accept": "application/json"}
              """);

      assertThat(result).isInstanceOf(StepResult.Succeeded.class);
      assertThat(first.heads.getFirst()).contains("canary-1", "canary-2", "canary-3", "canary-4");
      assertThat(other.heads.getFirst())
          .doesNotContain("canary")
          .contains("Accept: application/json", "Idempotency-Key: " + Contexts.KEY)
          .contains("Host: b.test:" + other.port());
    }
  }

  @Test
  void nameThatLeadsElsewhereTheNextTimeIsLookedUpOncePerConnectionAndCheckedEachTime()
      throws Exception {
    List<String> answers = new CopyOnWriteArrayList<>(List.of("127.0.0.2", "127.0.0.1"));
    HostResolver rebinding =
        host -> new InetAddress[] {InetAddress.getByName(answers.removeFirst())};
    EgressPolicy policy =
        EgressPolicy.builder().allow("http://*:*").allowNetwork("127.0.0.2/32").build();
    try (RawServer server = RawServer.sending(OK);
        HttpStep step = HttpStep.builder().egress(policy).resolver(rebinding).build()) {
      String url = "{\"url\": \"http://rebind.test:" + server.port() + "/\"}";

      StepResult toTheCheckedAddress = step.handle(Contexts.of(url));
      StepResult refused = step.handle(Contexts.of(url));

      // Nobody listens at 127.0.0.2: it was connected to, not what the name says a moment later.
      assertThat(((StepResult.Failed) toTheCheckedAddress).type())
          .isEqualTo(HttpFailures.CONNECT_FAILED);
      assertThat(((StepResult.Failed) refused).type()).isEqualTo(HttpFailures.EGRESS_REFUSED);
      assertThat(answers).isEmpty();
      assertThat(server.connections).hasValue(0);
    }
  }

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.test",
        "ftp://api.test",
        "https://",
        "https://api.test/",
        "https://api.test/path",
        "https://user@api.test",
        "https://*api.test",
        "https://a.*.test",
        "https://api.test:0",
        "https://api.test:65536",
        "https://api.test:x",
        "https://127.1",
        "https://[::x]",
        "*",
      })
  void whatIsNoOriginIsNotAllowed(String origin) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EgressPolicy.builder().allow(origin))
        .withMessageContaining("'");
  }

  @Test
  void policyThatAllowsNothingIsNotMade() {
    assertThatIllegalStateException().isThrownBy(() -> EgressPolicy.builder().build());
  }
}
