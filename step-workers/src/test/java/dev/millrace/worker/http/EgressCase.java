package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.StepResult;

/** HTTP steps among hosts of which the test says where they are. */
abstract class EgressCase {
  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  final NamedHosts hosts =
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

  StepResult.Failed failure(EgressPolicy policy, String url) throws Exception {
    StepResult result = call(HttpStep.builder().egress(policy), url, "");
    assertThat(result).as(url).isInstanceOf(StepResult.Failed.class);
    return (StepResult.Failed) result;
  }

  StepResult call(HttpStep.Builder builder, String url, String fields) throws Exception {
    try (HttpStep step = builder.resolver(hosts).build()) {
      String quoted = url.replace("\\", "\\\\").replace("\r\n", "\\r\\n");
      return step.handle(Contexts.of("{\"url\": \"" + quoted + "\"" + fields + "}"));
    }
  }
}
