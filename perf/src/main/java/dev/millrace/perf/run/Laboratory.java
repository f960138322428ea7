package dev.millrace.perf.run;

import dev.millrace.perf.process.JvmFlags;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is the same for every run of a benchmark.
 *
 * @param jvm flags of the processes
 * @param folder where the folders of the runs are made; each is deleted after its run
 * @param brokerSettings settings of the broker by Kafka's names
 */
public record Laboratory(JvmFlags jvm, Path folder, Map<String, String> brokerSettings) {
  public Laboratory {
    brokerSettings = Map.copyOf(brokerSettings);
  }

  /** Arguments of the broker process, with its data in a folder. */
  List<String> brokerArguments(Path data) {
    return Stream.concat(
            Stream.of("--exit-with-parent", "--data", data.toString()),
            brokerSettings.entrySet().stream()
                .map(setting -> "--set=%s=%s".formatted(setting.getKey(), setting.getValue())))
        .toList();
  }
}
