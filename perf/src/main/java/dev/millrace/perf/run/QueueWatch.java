package dev.millrace.perf.run;

import dev.millrace.perf.workload.RunPlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what autoscalers read of a queue: offsets as KEDA's Kafka scaler does with {@code
 * offsetResetPolicy: earliest}, and the engine's {@code /backlog}.
 */
final class QueueWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);
  private static final int OK = 200;

  private final Admin admin;
  private final String queue;
  private final String group;
  private final Map<TopicPartition, OffsetSpec> latest;
  private final HttpRequest request;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * @param admin stays the caller's
   * @param port of the engine's HTTP
   */
  QueueWatch(Admin admin, int port, String queue, int partitions) {
    this.admin = admin;
    this.queue = queue;
    group = RunPlan.TOPICS.workerGroup(queue);
    latest =
        IntStream.range(0, partitions)
            .mapToObj(i -> new TopicPartition(RunPlan.TOPICS.commands(queue), i))
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/backlog".formatted(port)))
            .timeout(ANSWER_LIMIT)
            .build();
  }

  /**
   * What {@code /backlog} says of the queue.
   *
   * @param backlog the sum of lag and held steps, as far as it is known
   * @param held steps that the engine holds
   * @param oldestMs for how long the oldest of them is held
   */
  record Backlog(OptionalLong backlog, long held, long oldestMs) {
    static final Backlog UNKNOWN = new Backlog(OptionalLong.empty(), 0, 0);
  }

  Backlog backlog() throws InterruptedException {
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode told = JsonMapper.shared().readTree(answer.body()).path("queues").path(queue);
      if (answer.statusCode() == OK && told.has("lag")) {
        return new Backlog(
            told.has("backlog")
                ? OptionalLong.of(told.path("backlog").asLong())
                : OptionalLong.empty(),
            told.path("held").asLong(),
            told.path("oldestAgeMs").asLong());
      }
    } catch (IOException e) {
      log.warn("{} does not answer: {}", request.uri(), e.toString());
    }
    return Backlog.UNKNOWN;
  }

  /** End offsets less committed ones; where nothing is committed, all that is there. */
  OptionalLong lag() throws InterruptedException {
    try {
      Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(latest).all().get();
      Map<TopicPartition, Long> committed = committed();
      long lag = 0;
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : ends.entrySet()) {
        lag += end.getValue().offset() - committed.getOrDefault(end.getKey(), 0L);
      }
      return OptionalLong.of(lag);
    } catch (ExecutionException e) {
      log.warn("the lag of {} cannot be read: {}", group, e.toString());
      return OptionalLong.empty();
    }
  }

  /** Of the partitions that something is committed of. */
  private Map<TopicPartition, Long> committed() throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    try {
      admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  committed.put(partition, offset.offset());
                }
              });
    } catch (ExecutionException e) {
      // No worker has ever been.
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
    }
    return committed;
  }

  @Override
  public void close() {
    http.close();
  }
}
