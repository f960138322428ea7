package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.worker.StepResult;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an HTTP step connects to, and where it does not whatever it is told. */
final class EgressTest extends EgressCase {
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
