package dev.millrace.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RegisterCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);

  @TempDir private Path folder;

  @Test
  void severalFilesArePublishedAtOnce() throws IOException {
    String one = file("several-1", 1, "one");
    String two = file("several-2", 1, "two");

    CliRun run = CLUSTER.run("register", one, two, "--apply-topics");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).containsExactly("published several-1/1", "published several-2/1");
    assertThat(published("several-1/1")).hasSize(1);
    assertThat(published("several-2/1")).hasSize(1);

    CliRun again = CLUSTER.run("register", two, file("several-3", 1, "one"));
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out().lines())
        .containsExactly(
            "several-2/1 is published already, with the same content", "published several-3/1");
  }

  @Test
  void noneIsPublishedWhenOneIsWrong() throws IOException {
    String good = file("good", 1, "one");
    String bad = Files.writeString(folder.resolve("bad.yaml"), "name: bad\n").toString();
    CliRun wrong = CLUSTER.run("register", good, bad, "--apply-topics");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("bad.yaml:1:1: error: missing-field")
        .contains("bad.yaml: 2 errors; nothing was published");

    CliRun twice = CLUSTER.run("register", good, good, "--apply-topics");
    assertThat(twice.exitCode()).isEqualTo(1);
    assertThat(twice.err()).contains("definition good/1: in ", "give one of them");

    CliRun noTopic = CLUSTER.run("register", good, file("other", 1, "nobody"));
    assertThat(noTopic.exitCode()).isEqualTo(1);
    assertThat(noTopic.err()).contains("nobody").contains("run this again with --apply-topics");

    assertThat(CLUSTER.run("register", file("taken", 1, "one"), "--apply-topics").exitCode())
        .isZero();
    CliRun taken = CLUSTER.run("register", good, file("taken", 1, "two"), "--apply-topics");
    assertThat(taken.exitCode()).isEqualTo(1);
    assertThat(taken.err())
        .contains("definition taken: version 1 is published with another content")
        .contains("2 is the next. Nothing was published");
    assertThat(published("good/1")).isEmpty();
  }

  private static List<WorkflowDefinition> published(String key) {
    return CLUSTER.records(WorkflowDefinition.class, CLUSTER.topics().definitions(), key);
  }

  private String file(String name, int version, String queue) throws IOException {
    return Files.writeString(
            folder.resolve("%s-%s.yaml".formatted(name, queue)),
            "name: %s\nversion: %d\nsteps: [{id: a, queue: %s}]\n".formatted(name, version, queue))
        .toString();
  }
}
