package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboard speak of metrics that there are, and alerts fire when they should. */
class MonitoringTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path FOLDER = Path.of("components/monitoring");
  private static final Path METRICS_PAGE = Path.of("../../docs/METRICS.md");

  /** Names of metrics in an expression; what is in quotes, braces' values, is taken out before. */
  private static final Pattern METRIC =
      Pattern.compile(
          "\\b(?:millrace|kafka|jvm|process|system|container|kube|kubelet)_[a-z0-9_]+\\b(?!\\s*=)");

  private static final Pattern DOCUMENTED = Pattern.compile("`(millrace\\.[a-z0-9.]+)`");

  /** What Prometheus' names have beyond Micrometer's. */
  private static final List<String> SUFFIXES =
      List.of("", "_total", "_seconds", "_seconds_bucket", "_seconds_count", "_seconds_sum");

  /** Of Kafka Streams, the JVM and Kubernetes. */
  private static final Set<String> OTHERS =
      Set.of(
          "kafka_stream_alive_stream_threads",
          "kafka_stream_failed_stream_threads_total",
          "jvm_gc_live_data_size_bytes",
          "jvm_gc_max_data_size_bytes",
          "process_cpu_usage",
          "process_files_open_files",
          "process_files_max_files",
          "container_memory_working_set_bytes",
          "kube_pod_container_resource_limits",
          "kube_pod_container_status_restarts_total",
          "kubelet_volume_stats_used_bytes",
          "kubelet_volume_stats_capacity_bytes");

  private static Manifest rules() {
    return Kustomization.manifests(Kustomization.read(FOLDER.resolve("prometheus-rule.yaml")))
        .getFirst();
  }

  private static Stream<JsonNode> eachRule() {
    return rules().at("/spec/groups").values().stream()
        .flatMap(group -> group.path("rules").values().stream());
  }

  private static Stream<String> dashboardExpressions() {
    return JSON
        .readTree(Kustomization.read(FOLDER.resolve("millrace.json")))
        .path("panels")
        .values()
        .stream()
        .flatMap(panel -> panel.path("targets").values().stream())
        .map(target -> target.path("expr").asString());
  }

  private static Set<String> metrics(Stream<String> expressions) {
    return expressions
        .map(expression -> expression.replaceAll("\"[^\"]*\"", "\"\""))
        .flatMap(expression -> METRIC.matcher(expression).results().map(found -> found.group()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void alertsAndDashboardUseMetricsThatThereAre() {
    assumeTrue(Files.exists(METRICS_PAGE), "no page of metrics");
    Set<String> documented =
        DOCUMENTED
            .matcher(Kustomization.read(METRICS_PAGE))
            .results()
            .map(found -> found.group(1).replace('.', '_'))
            .collect(Collectors.toSet());
    Set<String> known =
        documented.stream()
            .flatMap(name -> SUFFIXES.stream().map(suffix -> name + suffix))
            .collect(Collectors.toSet());
    known.addAll(OTHERS);
    Set<String> used =
        metrics(
            Stream.concat(
                eachRule().map(rule -> rule.path("expr").asString()), dashboardExpressions()));
    assertThat(used).isNotEmpty().isSubsetOf(known);
  }

  @Test
  void dashboardUsesRecordedSeriesThatThereAre() {
    Set<String> recorded =
        eachRule()
            .map(rule -> rule.path("record").asString(""))
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
    Pattern series = Pattern.compile("millrace:[a-z0-9_:]+");
    Stream<String> used =
        Stream.concat(dashboardExpressions(), eachRule().map(rule -> rule.path("expr").asString()));
    assertThat(used.flatMap(text -> series.matcher(text).results().map(found -> found.group())))
        .isNotEmpty()
        .isSubsetOf(recorded);
  }

  @Test
  void everyAlertSaysHowBadItIsAndWhatToDo() {
    assertThat(eachRule().filter(rule -> rule.has("alert")))
        .hasSizeGreaterThan(15)
        .allSatisfy(
            alert -> {
              assertThat(alert.at("/labels/severity").asString()).isIn("warning", "critical");
              assertThat(alert.at("/annotations/summary").asString()).isNotBlank();
              assertThat(alert.at("/annotations/description").asString()).isNotBlank();
            });
    assertThat(eachRule().map(rule -> rule.path("alert").asString("")).filter(n -> !n.isEmpty()))
        .doesNotHaveDuplicates();
  }

  @Test
  void engineIsScrapedUnderTheNameThatAlertsKnow() {
    List<Manifest> all = Kustomization.render("overlays/prod");
    Manifest monitor =
        all.stream()
            .filter(each -> each.id().equals("PodMonitor/millrace-engine"))
            .findFirst()
            .orElseThrow();
    String job = "%s/%s".formatted(Kustomization.NAMESPACE, monitor.name());
    Pattern jobs = Pattern.compile("job=\"([^\"]*)\"");
    assertThat(
            eachRule()
                .flatMap(rule -> jobs.matcher(rule.path("expr").asString()).results())
                .map(found -> found.group(1)))
        .isNotEmpty()
        .containsOnly(job);
  }

  @Test
  void alertsFireWhenTheyShould(@TempDir Path folder) throws Exception {
    assumeTrue(hasPromtool(), "no promtool");
    Files.writeString(folder.resolve("rules.yaml"), rules().at("/spec").toString());
    Files.copy(Path.of("src/test/promtool/alerts.yaml"), folder.resolve("alerts.yaml"));
    assertPromtool(folder, "check", "rules", "rules.yaml");
    assertPromtool(folder, "test", "rules", "alerts.yaml");
  }

  /** Every alert has a test in which it fires. */
  @Test
  void everyAlertIsTested() {
    JsonNode tests =
        Kustomization.manifests(Kustomization.read(Path.of("src/test/promtool/alerts.yaml")))
            .getFirst()
            .at("/tests");
    Set<String> fired =
        tests.values().stream()
            .flatMap(test -> test.path("alert_rule_test").values().stream())
            .filter(test -> !test.path("exp_alerts").isEmpty())
            .map(test -> test.path("alertname").asString())
            .collect(Collectors.toSet());
    assertThat(
            eachRule().map(rule -> rule.path("alert").asString("")).filter(name -> !name.isEmpty()))
        .isSubsetOf(fired);
  }

  private static boolean hasPromtool() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
  }

  private static void assertPromtool(Path folder, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("promtool.out");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as("%s", Files.readString(output)).isZero();
  }
}
