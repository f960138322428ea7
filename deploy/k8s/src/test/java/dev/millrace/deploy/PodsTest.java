package dev.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Millrace;
import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.config.SharedRocksDbMemory;
import dev.millrace.worker.WorkerBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

/** What pods ask of Kubernetes, against what Kubernetes' rules and our code say. */
class PodsTest {
  static final List<String> FOLDERS = Kustomization.ALL;

  /** What closing takes beyond what it waits for: clients, HTTP, the end of the JVM. */
  private static final Duration SLACK = Duration.ofSeconds(15);

  /** What the launcher of the image gives to the heap. */
  private static final double HEAP_SHARE = 0.5;

  /** Of heap and RocksDB: threads, code, buffers of the network, the allocator's waste. */
  private static final double OVERHEAD = 1.2;

  private static Stream<Manifest> workloads(String folder) {
    return Kustomization.render(folder).stream().filter(Manifest::isWorkload);
  }

  private static Manifest engine(String folder) {
    return workloads(folder)
        .filter(each -> each.name().equals("millrace-engine"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void podsAreRestricted(String folder) {
    assertThat(workloads(folder))
        .isNotEmpty()
        .allSatisfy(
            workload -> {
              JsonNode pod = workload.pod().path("securityContext");
              assertThat(pod.path("runAsNonRoot").asBoolean(false)).isTrue();
              assertThat(pod.path("runAsUser").asInt(0)).isPositive();
              assertThat(pod.at("/seccompProfile/type").asString()).isEqualTo("RuntimeDefault");
              assertThat(workload.pod().path("automountServiceAccountToken").asBoolean(true))
                  .isFalse();
              for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
                assertThat(workload.pod().has(field)).as(field).isFalse();
              }
              assertThat(workload.pod().path("volumes").values())
                  .noneMatch(volume -> volume.has("hostPath"));
              assertThat(workload.containers()).isNotEmpty().allSatisfy(PodsTest::isRestricted);
            });
  }

  private static void isRestricted(JsonNode container) {
    JsonNode context = container.path("securityContext");
    assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(context.path("readOnlyRootFilesystem").asBoolean(false)).isTrue();
    assertThat(context.path("privileged").asBoolean(false)).isFalse();
    assertThat(context.at("/capabilities/drop/0").asString()).isEqualTo("ALL");
    assertThat(context.at("/capabilities/add").isMissingNode()).isTrue();
    assertThat(container.path("ports").values()).noneMatch(port -> port.has("hostPort"));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void memoryIsRequestedAsItIsLimited(String folder) {
    assertThat(workloads(folder).flatMap(Manifest::containers))
        .allSatisfy(
            container ->
                assertThat(container.at("/resources/limits/memory").asString())
                    .isNotEmpty()
                    .isEqualTo(container.at("/resources/requests/memory").asString()));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void engineHasMemoryForItsHeapAndForRocksDb(String folder) {
    Manifest engine = engine(folder);
    EngineConfig config = engineConfig(folder);
    long limit = Quantity.bytes(engine.containers().findFirst().orElseThrow());
    long rocksDb =
        Long.parseLong(String.valueOf(config.streamsSettings().get(SharedRocksDbMemory.BYTES)));
    assertThat((limit * HEAP_SHARE + rocksDb) * OVERHEAD).isLessThanOrEqualTo((double) limit);
    assertThat(config.recordCacheBytes()).isLessThanOrEqualTo((long) (limit * HEAP_SHARE) / 4);
    assertThat(engine.containers().findFirst().orElseThrow().path("env").values())
        .as("options of the JVM, which may change the share of the heap")
        .noneMatch(variable -> variable.path("name").asString().equals("MILLRACE_JAVA_OPTS"));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void podsHaveTimeToClose(String folder) {
    assertThat(grace(engine(folder))).isGreaterThan(Engine.CLOSE_TIMEOUT.plus(SLACK));
    assertThat(workloads(folder).filter(each -> each.name().startsWith("millrace-worker")))
        .isNotEmpty()
        .allSatisfy(
            worker ->
                assertThat(grace(worker)).isGreaterThan(WorkerBuilder.DRAIN_TIMEOUT.plus(SLACK)));
  }

  private static Duration grace(Manifest workload) {
    return Duration.ofSeconds(workload.pod().path("terminationGracePeriodSeconds").asInt(30));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void engineTakesItsSettings(String folder) {
    EngineConfig config = engineConfig(folder);
    assertThat(config.hasStaticMembership()).isTrue();
    assertThat(config.httpHost()).isEqualTo("0.0.0.0");
    assertThat(config.httpAdvertised(8480).host())
        .isEqualTo("pod-0.%s.millrace.svc".formatted(engine(folder).text("/spec/serviceName")));
    Manifest engine = engine(folder);
    int port = engine.containers().findFirst().orElseThrow().at("/ports/0/containerPort").asInt();
    assertThat(config.httpPort()).isEqualTo(port);
    String mount =
        engine.containers().findFirst().orElseThrow().path("volumeMounts").values().stream()
            .filter(each -> each.path("name").asString().equals("state"))
            .map(each -> each.path("mountPath").asString())
            .findFirst()
            .orElseThrow();
    assertThat(String.valueOf(config.streamsSettings().get("state.dir"))).startsWith(mount + "/");
  }

  /** The settings that the engine of a folder gets, in the order that it reads them in. */
  private static EngineConfig engineConfig(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    Map<String, String> settings = new HashMap<>();
    Manifest files = configMap(all, "millrace-engine");
    JsonNode container = engine(folder).containers().findFirst().orElseThrow();
    List<String> arguments =
        container.path("args").values().stream().map(JsonNode::asString).toList();
    arguments.stream()
        .filter(argument -> argument.startsWith("--config="))
        .map(argument -> argument.substring(argument.lastIndexOf('/') + 1))
        .forEach(
            file -> {
              JsonNode text = files.at("/data").path(file);
              assertThat(text.isMissingNode()).as(file).isFalse();
              settings.putAll(Kustomization.properties(text.asString()));
            });
    JsonNode connection = configMap(all, "millrace-connection").at("/data");
    settings.put(
        EngineConfig.BOOTSTRAP_SERVERS, connection.path("MILLRACE_BOOTSTRAP_SERVERS").asString());
    settings.put(
        EngineConfig.SCHEMA_REGISTRY_URL, connection.path("MILLRACE_SCHEMA_REGISTRY").asString());
    settings.put(EngineConfig.TOPIC_PREFIX, connection.path("MILLRACE_PREFIX").asString());
    arguments.stream()
        .filter(argument -> argument.startsWith("--set="))
        .map(argument -> argument.substring("--set=".length()).split("=", 2))
        .forEach(
            setting ->
                settings.put(
                    setting[0],
                    setting[1]
                        .replace("$(POD_NAME)", "pod-0")
                        .replace("$(POD_NAMESPACE)", "millrace")));
    return new EngineConfig(settings);
  }

  private static Manifest configMap(List<Manifest> all, String name) {
    return all.stream()
        .filter(each -> each.kind().equals("ConfigMap") && each.name().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void commandKnowsTheArguments(String folder) {
    assertThat(workloads(folder).filter(each -> each.name().startsWith("millrace-")))
        .isNotEmpty()
        .allSatisfy(
            workload ->
                Millrace.commandLine()
                    .parseArgs(
                        workload
                            .containers()
                            .findFirst()
                            .orElseThrow()
                            .path("args")
                            .values()
                            .stream()
                            .map(JsonNode::asString)
                            .toArray(String[]::new)));
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void whatPodsReferToIsThere(String folder) {
    List<Manifest> all = Kustomization.render(folder);
    Set<String> ids = all.stream().map(Manifest::id).collect(Collectors.toSet());
    Set<String> users =
        all.stream()
            .filter(each -> each.kind().equals("KafkaUser"))
            .map(Manifest::name)
            .collect(Collectors.toSet());
    assertThat(workloads(folder))
        .allSatisfy(
            workload -> {
              Stream.concat(
                      workload.pod().path("volumes").values().stream()
                          .map(volume -> volume.at("/configMap/name").asString("")),
                      workload
                          .containers()
                          .flatMap(container -> container.path("envFrom").values().stream())
                          .map(source -> source.at("/configMapRef/name").asString("")))
                  .filter(name -> !name.isEmpty())
                  .forEach(name -> assertThat(ids).contains("ConfigMap/" + name));
              workload.pod().path("volumes").values().stream()
                  .map(volume -> volume.at("/secret/secretName").asString(""))
                  .filter(name -> !name.isEmpty() && !name.equals("millrace-cluster-ca-cert"))
                  .forEach(name -> assertThat(users).contains(name));
              String account = workload.pod().path("serviceAccountName").asString("");
              if (!account.isEmpty()) {
                assertThat(ids).contains("ServiceAccount/" + account);
              }
            });
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void everyMountHasItsVolume(String folder) {
    assertThat(workloads(folder))
        .allSatisfy(
            workload -> {
              Set<String> volumes =
                  Stream.concat(
                          workload.pod().path("volumes").values().stream()
                              .map(volume -> volume.path("name").asString()),
                          workload.at("/spec/volumeClaimTemplates").values().stream()
                              .map(claim -> claim.at("/metadata/name").asString()))
                      .collect(Collectors.toSet());
              assertThat(
                      workload
                          .containers()
                          .flatMap(container -> container.path("volumeMounts").values().stream())
                          .map(mount -> mount.path("name").asString())
                          .toList())
                  .isNotEmpty()
                  .isSubsetOf(volumes);
            });
  }

  @Test
  void whatRendersWithoutKubectlIsTheSameButForPatches() {
    org.junit.jupiter.api.Assumptions.assumeTrue(Kustomization.hasKubectl(), "no kubectl");
    for (String folder : FOLDERS) {
      assertThat(Kustomization.withoutPatches(folder).stream().map(Manifest::id))
          .containsExactlyInAnyOrderElementsOf(
              Kustomization.byKubectl(folder).stream()
                  .map(each -> each.id().replaceFirst("^(ConfigMap/.*)-[a-z0-9]{10}$", "$1"))
                  .toList());
    }
  }
}
