package dev.millrace.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "HTTPS://Api.Example.COM, https://api.example.com:443, /",
    "https://api.example.com., https://api.example.com:443, /",
    "http://api.example.com:8080/a/../b?c=d#e, http://api.example.com:8080, /a/../b?c=d",
    "http://api.example.com?q, http://api.example.com:80, /?q",
    "http://api.example.com/ä, http://api.example.com:80, /%C3%A4",
    "http://[2001:DB8::1]:80/, http://[2001:db8:0:0:0:0:0:1]:80, /",
    "http://[::ffff:10.0.0.1]/, http://10.0.0.1:80, /",
    "http://xn--nxasmq6b.example/, http://xn--nxasmq6b.example:80, /"
  })
  void isWrittenInOneWay(String url, String origin, String path) throws CallFailedException {
    Target target = Target.of(url);

    assertThat(target.origin()).isEqualTo(origin);
    assertThat(target.path()).isEqualTo(path);
    assertThat(Target.of(target.uri().toString())).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.example.com",
        "//api.example.com/",
        "/a",
        "http:api.example.com",
        "http:///a",
        "http://",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "jar:http://api.example.com/a.jar!/",
        "http://user@api.example.com/",
        "http://user:secret@api.example.com/",
        "http://@api.example.com/",
        "http://a@b@api.example.com/",
        "http://api.example.com:0/",
        "http://api.example.com:65536/",
        "http://api.example.com:-1/",
        "http://api_internal/",
        "http://-api/",
        "http://api..example.com/",
        "http://ａpi.example.com/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://1.2.3.4.5/",
        "http://256.0.0.1/",
        "http://127.0.0.01/",
        "http://example.123/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://api.example.com /",
        "http://api.example.com\\@10.0.0.1/",
        "http://api.example.com/\r\nX: y"
      })
  void whatHasAnotherMeaningToSomebodyIsRefused(String url) {
    assertThatExceptionOfType(CallFailedException.class)
        .isThrownBy(() -> Target.of(url))
        .satisfies(
            e -> {
              assertThat(e.type()).isEqualTo(HttpFailures.INVALID_REQUEST);
              assertThat(e).hasMessageStartingWith("url: ");
            });
  }

  @Test
  void reasonsDoNotSayTheQuery() {
    assertThatExceptionOfType(CallFailedException.class)
        .isThrownBy(() -> Target.of("ftp://api.example.com/?token=canary"))
        .satisfies(e -> assertThat(e).message().doesNotContain("canary"));
  }

  @Test
  void addressOfMoreThanTheLimitIsRefused() {
    assertThatExceptionOfType(CallFailedException.class)
        .isThrownBy(() -> Target.of("http://a/" + "x".repeat(Target.URL_CHARS)))
        .withMessageContaining("8201 characters, the limit is 8192");
  }

  @ParameterizedTest
  @CsvSource({
    "/x, https://a.example/x",
    "x, https://a.example/d/x",
    "../x?y, https://a.example/x?y",
    "?y=z, https://a.example/d/e?y=z",
    "//b.example:444/x, https://b.example:444/x",
    "http://b.example:80/x, http://b.example/x"
  })
  void redirectsAreResolvedAgainstWhereTheyComeFrom(String location, String whole)
      throws CallFailedException {
    assertThat(Target.of("https://a.example/d/e?f").resolve(location).uri()).hasToString(whole);
  }
}
