package dev.millrace.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A folder with a {@code kustomization.yaml}, rendered. */
final class Kustomization {
  /** All that users are told to apply, and what only tests put together. */
  static final List<String> ALL =
      List.of("base", "overlays/dev", "overlays/prod", "src/test/kustomize/backlog");

  /** Of all that is namespaced; names of services in other pods' settings have it in them. */
  static final String NAMESPACE = "millrace";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FILE = "kustomization.yaml";

  private Kustomization() {}

  /** Whether {@code kubectl} is there to render with. */
  static boolean hasKubectl() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
  }

  /** What a folder renders to: by {@code kubectl}, or without its patches where there is none. */
  static List<Manifest> render(String folder) {
    return hasKubectl() ? byKubectl(folder) : withoutPatches(folder);
  }

  static List<Manifest> byKubectl(String folder) {
    try {
      Path errors = Files.createTempFile("kustomize", ".err");
      Process process =
          new ProcessBuilder("kubectl", "kustomize", folder).redirectError(errors.toFile()).start();
      byte[] out = process.getInputStream().readAllBytes();
      int exitCode = process.waitFor();
      String said = Files.readString(errors);
      Files.delete(errors);
      if (exitCode != 0) {
        throw new AssertionError("kubectl kustomize %s: %s".formatted(folder, said));
      }
      return manifests(new String(out, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Resources, components and generated ConfigMaps, with nothing patched. */
  static List<Manifest> withoutPatches(String folder) {
    List<Manifest> all = new ArrayList<>();
    collect(Path.of(folder), all);
    return all;
  }

  private static void collect(Path folder, List<Manifest> all) {
    JsonNode kustomization = documents(read(folder.resolve(FILE))).getFirst();
    Stream.of("resources", "components")
        .flatMap(field -> kustomization.path(field).values().stream())
        .map(entry -> folder.resolve(entry.asString()))
        .forEach(
            path -> {
              if (Files.isDirectory(path)) {
                collect(path, all);
              } else {
                all.addAll(manifests(read(path)));
              }
            });
    kustomization
        .path("configMapGenerator")
        .values()
        .forEach(generator -> generate(folder, generator, all));
  }

  private static void generate(Path folder, JsonNode generator, List<Manifest> all) {
    String name = generator.path("name").asString();
    Map<String, String> data = new LinkedHashMap<>();
    generator
        .path("files")
        .values()
        .forEach(file -> data.put(file.asString(), read(folder.resolve(file.asString()))));
    generator
        .path("literals")
        .values()
        .forEach(
            literal -> {
              String[] parts = literal.asString().split("=", 2);
              data.put(parts[0], parts[1]);
            });
    if (generator.path("behavior").asString("create").equals("merge")) {
      ObjectNode former =
          (ObjectNode)
              all.stream()
                  .filter(each -> each.id().equals("ConfigMap/" + name))
                  .findFirst()
                  .orElseThrow()
                  .at("/data");
      data.forEach(former::put);
    } else {
      all.add(
          new Manifest(
              JSON.valueToTree(
                  Map.of(
                      "apiVersion",
                      "v1",
                      "kind",
                      "ConfigMap",
                      "metadata",
                      Map.of("name", name),
                      "data",
                      data))));
    }
  }

  /** The objects in YAML of several documents. */
  static List<Manifest> manifests(String yaml) {
    return documents(yaml).stream().map(Manifest::new).toList();
  }

  private static List<JsonNode> documents(String yaml) {
    List<JsonNode> documents = new ArrayList<>();
    for (Object document :
        new Load(LoadSettings.builder().build()).loadAllFromReader(new StringReader(yaml))) {
      documents.add(JSON.valueToTree(document));
    }
    return documents;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A resource of the tests. */
  static String resource(String name) {
    try (InputStream in = Kustomization.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of a rendered ConfigMap, as properties. */
  static Map<String, String> properties(String text) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> all = new LinkedHashMap<>();
    properties.forEach((name, value) -> all.put((String) name, ((String) value).strip()));
    return all;
  }
}
