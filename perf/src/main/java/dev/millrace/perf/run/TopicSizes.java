package dev.millrace.perf.run;

import dev.millrace.examples.samples.Sample;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;

/** Sizes of the topics of a run on the broker's disk, by kind of topic. */
final class TopicSizes {
  /** The kind of Streams' changelog topics. */
  static final String CHANGELOG = "changelog";

  private static final Map<String, String> KINDS =
      Map.of(
          RunPlan.TOPICS.starts(), "starts",
          RunPlan.TOPICS.commands(Workload.QUEUE), "commands",
          RunPlan.TOPICS.commands(Sample.QUEUE), "commands",
          RunPlan.TOPICS.completions(), "completions",
          RunPlan.TOPICS.events(), "events",
          RunPlan.TOPICS.deadLetters(), "dead-letters");

  private TopicSizes() {}

  /** Bytes by kind; kinds that have no topic are left out, topics of no kind too. */
  static Map<String, Long> read(Admin admin) throws InterruptedException, ExecutionException {
    int broker = admin.describeCluster().nodes().get().iterator().next().id();
    Map<String, Long> sizes = new TreeMap<>();
    Map<Integer, Map<String, LogDirDescription>> folders =
        admin.describeLogDirs(List.of(broker)).allDescriptions().get();
    for (Map<String, LogDirDescription> ofBroker : folders.values()) {
      for (LogDirDescription folder : ofBroker.values()) {
        folder
            .replicaInfos()
            .forEach(
                (partition, replica) -> {
                  String kind = kind(partition.topic());
                  if (!kind.isEmpty()) {
                    sizes.merge(kind, replica.size(), Long::sum);
                  }
                });
      }
    }
    return sizes;
  }

  /** What was added between two readings, divided by a number of steps. */
  static Map<String, Double> growthPerStep(
      Map<String, Long> before, Map<String, Long> after, long steps) {
    return after.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                size -> (size.getValue() - before.getOrDefault(size.getKey(), 0L)) / (double) steps,
                Double::sum,
                TreeMap::new));
  }

  private static String kind(String topic) {
    return topic.endsWith("-changelog") ? CHANGELOG : KINDS.getOrDefault(topic, "");
  }
}
