package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is accepted as YAML and as JSON, before it is a definition. */
class SourceTextTest {
  @Test
  void aSourceThatIsNoMappingIsRefused() {
    assertThat(Sources.refused("")).containsExactly("1:1 empty-source");
    assertThat(Sources.refused("# nothing\n")).containsExactly("1:1 empty-source");
    assertThat(Sources.refused("", SourceFormat.JSON)).containsExactly("1:1 empty-source");
    assertThat(Sources.refused("- a\n- b\n")).containsExactly("1:1 wrong-type");
    assertThat(Sources.refused("text")).containsExactly("1:1 wrong-type");
  }

  @Test
  void brokenTextIsRefusedWhereItBreaks() {
    assertThat(Sources.refused("name: w\nversion: 1\nsteps: [{id: a}\n"))
        .containsExactly("4:1 syntax");
    assertThat(Sources.refused("name: w\nversion: 1\nsteps: \u0007")).containsExactly("3:8 syntax");
    assertThat(Sources.refused("{\"name\": \"w\",\n \"version\": 1,}\n"))
        .containsExactly("2:15 syntax");
    assertThat(Sources.refused("{\"name\": w}")).hasSize(1).first().asString().contains("syntax");
    assertThat(Sources.refused("{\"name\": \"w\" // comment\n}"))
        .hasSize(1)
        .first()
        .asString()
        .contains("syntax");
  }

  @Test
  void problemsFoundBeforeBrokenTextAreReportedWithIt() {
    assertThat(Sources.refused("nam: w\nversion: 1\nsteps: [{id: a}\n"))
        .containsExactly("1:1 unknown-field nam", "4:1 syntax");
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWhereTheyStand() {
    byte[] source = "name: w\nversion: \u00fc\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Sources.PARSER.parse(source).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.render("f.yaml"))
                  .isEqualTo(
                      "f.yaml:2:10: error: not-utf8: the byte 0xfc is not UTF-8; save the file as UTF-8");
            });
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheText() {
    assertThat(Sources.accepted("\ufeffname: w\nversion: 1\nsteps: [{id: a}]").name())
        .isEqualTo("w");
    assertThat(
            Sources.accepted("\ufeff{\"name\":\"w\",\"version\":1,\"steps\":[{\"id\":\"a\"}]}")
                .name())
        .isEqualTo("w");
  }

  @Test
  void aSecondDocumentIsRefused() {
    assertThat(Sources.refused("name: w\nversion: 1\nsteps: [{id: a}]\n---\nname: x\n"))
        .containsExactly("4:1 second-document");
    assertThat(Sources.refused("{\"name\":\"w\",\"version\":1,\"steps\":[{\"id\":\"a\"}]} {}"))
        .containsExactly("1:47 second-document");
  }

  @Test
  void aliasesStandForWhatTheyName() {
    WorkflowDefinition definition =
        Sources.accepted(
            """
            name: w
            version: 1
            steps:
              - &first
                id: &id a
                retry: &retry {maxAttempts: 7, nonRetryable: &types [X]}
              - id: b
                dependsOn: [*id]
                retry: *retry
              - id: c
                retry: {nonRetryable: *types}
            """);
    assertThat(definition.steps().get(1).dependencyIds()).containsExactly("a");
    assertThat(definition.steps().get(1).retry()).isEqualTo(definition.steps().get(0).retry());
    assertThat(definition.steps().get(2).retry())
        .extracting(RetryPolicy::nonRetryable)
        .isEqualTo(List.of("X"));
  }

  @Test
  void aliasesOfNothingAndOfThemselvesAreRefused() {
    assertThat(Sources.refused("name: *nothing\n")).containsExactly("1:7 bad-alias");
    assertThat(Sources.refused("name: w\nsteps: &s [*s]\n")).containsExactly("2:12 bad-alias");
  }

  @Test
  void aliasesAndAnchorsAreFew() {
    String ten =
        "name: w\nversion: 1\nsteps: [{id: &a a}, {id: b, dependsOn: [*a" + ", *a".repeat(9);
    assertThat(Sources.refused(ten + "]}]\n")).doesNotContain("too-many-aliases").hasSize(9);
    assertThat(Sources.refused(ten + ", *a]}]\n")).contains("3:81 too-many-aliases");
    assertThat(Sources.refused("name: [&a a" + ", &a a".repeat(10) + "]"))
        .last()
        .asString()
        .endsWith("too-many-aliases");
  }

  @Test
  void tagsAreRefused() {
    assertThat(Sources.refused("name: !!java.net.URL w\n")).containsExactly("1:7 yaml-tag");
    assertThat(Sources.refused("name: w\nsteps: !!set {}\n")).containsExactly("2:8 yaml-tag");
  }

  @Test
  void theFormatFollowsTheFileNameOrTheFirstCharacter() {
    assertThat(SourceFormat.ofFileName("a.JSON")).isEqualTo(SourceFormat.JSON);
    assertThat(SourceFormat.ofFileName("a.yml")).isEqualTo(SourceFormat.YAML);
    assertThat(SourceFormat.ofFileName("a.yaml")).isEqualTo(SourceFormat.YAML);
    assertThat(SourceFormat.ofFileName("a")).isEqualTo(SourceFormat.AUTO);
    String flow = "{name: w, version: 1, steps: [{id: a}]}";
    assertThat(Sources.parse(flow, SourceFormat.YAML))
        .isInstanceOf(ParsedDefinition.Accepted.class);
    assertThat(Sources.parse(flow, SourceFormat.AUTO)).isInstanceOf(ParsedDefinition.Refused.class);
  }

  @Test
  void theSourceLimitEqualsThatOfTheRecordContract() {
    assertThat(DefinitionParser.SOURCE_BYTES).isEqualTo(Limits.DEFINITION_SOURCE_BYTES);
  }
}
