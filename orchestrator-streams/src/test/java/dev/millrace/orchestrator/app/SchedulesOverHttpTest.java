package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.HeaderNames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Schedules as two engines that share them show them. */
class SchedulesOverHttpTest {
  /** With what an address must not hold as it is. */
  private static final List<String> SCHEDULES =
      IntStream.range(0, 20).mapToObj(i -> "every/year " + i).toList();

  private static final String SET =
      "{\"action\":\"SET\",\"schedule\":{\"definition\":\"diamond\",\"version\":1,\"cron\":\"@yearly\",\"timeZone\":\"Asia/Tokyo\",\"overlap\":\"QUEUE\"}}";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void everyEngineShowsTheSchedulesOfAll() throws Exception {
    try (Installation installation = new Installation("work");
        Engine first = installation.startEngine(folder.resolve("1"));
        Engine second = installation.startEngine(folder.resolve("2"))) {
      for (String schedule : SCHEDULES) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                installation.topics.schedules(), schedule.getBytes(UTF_8), SET.getBytes(UTF_8));
        record.headers().add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
        installation.send(record);
      }
      for (int port : List.of(first.httpPort(), second.httpPort())) {
        Awaitility.await("all schedules at " + port)
            .ignoreExceptions()
            .untilAsserted(
                () -> {
                  JsonNode list = body(get(port, "/schedules"));
                  assertThat(ids(list)).containsExactlyInAnyOrderElementsOf(SCHEDULES);
                  assertThat(list.path("partial").asBoolean()).isFalse();
                });
        for (String schedule : SCHEDULES) {
          JsonNode shown = body(get(port, path(schedule)));
          assertThat(shown.path("scheduleId").asString()).isEqualTo(schedule);
          assertThat(shown.path("status").asString()).isEqualTo("ACTIVE");
          assertThat(shown.path("cron").asString()).isEqualTo("@yearly");
          assertThat(shown.path("catchUp").asString()).isEqualTo("PT24H");
          assertThat(shown.path("nextAt").asString()).endsWith("-12-31T15:00:00Z");
          assertThat(shown.path("counts").path("started").asInt(-1)).isZero();
        }
        JsonNode page = body(get(port, "/schedules?limit=3"));
        assertThat(ids(page)).hasSize(3);
        assertThat(page.path("partial").asBoolean()).isTrue();
        assertThat(get(port, path("nobody")).statusCode()).isEqualTo(404);
        assertThat(get(port, "/schedules?limit=0").statusCode()).isEqualTo(400);
        assertThat(get(port, "/schedules?after=x").statusCode()).isEqualTo(400);
        assertThat(get(port, "/schedulesandmore").statusCode()).isEqualTo(404);
      }
    }
  }

  private static String path(String schedule) {
    return "/schedules/" + schedule.replace("/", "%2F").replace(" ", "%20");
  }

  private static List<String> ids(JsonNode list) {
    return list.path("schedules")
        .valueStream()
        .map(each -> each.path("scheduleId").asString())
        .toList();
  }

  private static JsonNode body(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
