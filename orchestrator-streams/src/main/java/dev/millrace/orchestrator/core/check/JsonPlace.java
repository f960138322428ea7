package dev.millrace.orchestrator.core.check;

import java.util.ArrayList;
import java.util.List;

/** Finds the value at an offset of a JSON text. One use, one thread. */
final class JsonPlace {
  /** One mapping or list around the offset. */
  private static final class Level {
    final boolean isList;
    int item;
    String key = "";
    boolean isKeyNext = true;

    Level(boolean isList) {
      this.isList = isList;
    }
  }

  private final String json;
  private final List<Level> levels = new ArrayList<>();

  private JsonPlace(String json) {
    this.json = json;
  }

  /**
   * The path from the value as a whole to the one at an offset, such as {@code .lines[2].note};
   * empty for the value itself, and for a text that is not JSON.
   */
  static String at(String json, int offset) {
    return json.startsWith("{") || json.startsWith("[") ? new JsonPlace(json).walk(offset) : "";
  }

  private String walk(int offset) {
    int at = 0;
    while (at < json.length()) {
      char c = json.charAt(at);
      int end = at + 1;
      switch (c) {
        case '{', '[' -> levels.add(new Level(c == '['));
        case '}', ']' -> {
          if (levels.size() > 1) {
            levels.removeLast();
          }
        }
        case ',' -> {
          levels.getLast().item++;
          levels.getLast().isKeyNext = true;
        }
        case '"' -> {
          end = endOfText(at);
          Level level = levels.getLast();
          if (!level.isList && level.isKeyNext) {
            level.key = json.substring(at + 1, Math.max(at + 1, end - 1));
            level.isKeyNext = false;
          }
        }
        default -> {
          // Part of a number, a word or white space.
        }
      }
      if (offset < end) {
        return path();
      }
      at = end;
    }
    return path();
  }

  private int endOfText(int start) {
    int at = start + 1;
    while (at < json.length() && json.charAt(at) != '"') {
      at += json.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at + 1, json.length());
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (Level level : levels) {
      if (level.isList) {
        path.append('[').append(level.item).append(']');
      } else if (!level.key.isEmpty()) {
        path.append('.').append(level.key);
      }
    }
    return path.toString();
  }
}
