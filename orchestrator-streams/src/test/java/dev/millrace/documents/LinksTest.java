package dev.millrace.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LinksTest {
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules");

  @Test
  void everyLinkWithinTheProjectLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Document document : documents()) {
      for (String link : document.links()) {
        if (!link.contains("://") && !leadsSomewhere(document, link)) {
          broken.add("%s: %s".formatted(Document.ROOT.relativize(document.file()), link));
        }
      }
    }
    assertThat(broken).as("links that lead nowhere").isEmpty();
  }

  private static boolean leadsSomewhere(Document document, String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? document.file() : document.file().resolveSibling(path);
    return Files.exists(target)
        && (hash < 0 || Document.read(target).anchors().contains(link.substring(hash + 1)));
  }

  private static List<Document> documents() throws IOException {
    try (Stream<Path> files = Files.walk(Document.ROOT)) {
      List<Document> documents =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .filter(LinksTest::isOurs)
              .map(Document::read)
              .toList();
      assertThat(documents).hasSizeGreaterThan(10);
      return documents;
    }
  }

  private static boolean isOurs(Path file) {
    for (Path part : Document.ROOT.relativize(file)) {
      if (NOT_OURS.contains(part.toString()) || part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }
}
