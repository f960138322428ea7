package dev.millrace.cli.wfformat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/** Executions in the shapes that scientific workflows have, made up here, as WfFormat 1.5. */
enum DrawnUp {
  /** One task after the other. */
  CHAIN(5, 4, 1) {
    @Override
    void draw(Sketch sketch) {
      String last = sketch.task("step-0");
      for (int i = 1; i < 5; i++) {
        last = sketch.task("step-" + i, last);
      }
    }
  },

  /** One task splits, many work, two put together what all have found. */
  SEARCH(43, 120, 40) {
    @Override
    void draw(Sketch sketch) {
      String split = sketch.task("split");
      String[] found = new String[40];
      for (int i = 0; i < found.length; i++) {
        found[i] = sketch.task("search-" + i, split);
      }
      sketch.task("join", found);
      sketch.task("join-errors", found);
    }
  },

  /** Lanes of two tasks between a first and a last one. */
  LANES(42, 60, 20) {
    @Override
    void draw(Sketch sketch) {
      String index = sketch.task("index");
      String[] aligned = new String[20];
      for (int i = 0; i < aligned.length; i++) {
        aligned[i] = sketch.task("align-" + i, sketch.task("fetch-" + i, index));
      }
      sketch.task("merge", aligned);
    }
  },

  /** Images are compared with their neighbours, all differences fitted at once, all corrected. */
  MOSAIC(302, 720, 180) {
    @Override
    void draw(Sketch sketch) {
      String[] projected = new String[60];
      for (int i = 0; i < projected.length; i++) {
        projected[i] = sketch.task("project-" + i);
      }
      String[] differences = new String[180];
      for (int i = 0; i < differences.length; i++) {
        int neighbour = i + 1 + i / projected.length;
        differences[i] =
            sketch.task(
                "difference-" + i,
                projected[i % projected.length],
                projected[neighbour % projected.length]);
      }
      String fit = sketch.task("fit", differences);
      String[] corrected = new String[projected.length];
      for (int i = 0; i < corrected.length; i++) {
        corrected[i] = sketch.task("correct-" + i, projected[i], fit);
      }
      sketch.task("add", corrected);
    }
  };

  final int tasks;
  final int edges;
  final int fanIn;

  DrawnUp(int tasks, int edges, int fanIn) {
    this.tasks = tasks;
    this.edges = edges;
    this.fanIn = fanIn;
  }

  abstract void draw(Sketch sketch);

  /** Writes it to a file of a folder. */
  Path write(Path folder) throws IOException {
    Sketch sketch = new Sketch();
    draw(sketch);
    return Files.write(
        folder.resolve(name() + ".json"),
        JsonMapper.shared().writeValueAsBytes(sketch.document(name())));
  }

  /** Tasks put down one after the other. */
  static final class Sketch {
    private final List<Map<String, Object>> specification = new ArrayList<>();
    private final List<Map<String, Object>> execution = new ArrayList<>();
    private final Map<String, List<String>> childrenByTask = new HashMap<>();

    /** Adds a task that takes between 0.1 and 1.1 seconds; its parents are there already. */
    String task(String id, String... parents) {
      List<String> children = new ArrayList<>();
      childrenByTask.put(id, children);
      specification.add(Map.of("id", id, "parents", List.of(parents), "children", children));
      execution.add(Map.of("id", id, "runtimeInSeconds", (1 + execution.size() * 7 % 11) / 10.0));
      for (String parent : parents) {
        Objects.requireNonNull(childrenByTask.get(parent)).add(id);
      }
      return id;
    }

    Map<String, Object> document(String name) {
      Map<String, Object> workflow =
          Map.of(
              "specification", Map.of("tasks", specification),
              "execution", Map.of("tasks", execution));
      return Map.of("name", name, "schemaVersion", "1.5", "workflow", workflow);
    }
  }
}
