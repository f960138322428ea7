package dev.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  private static final Topics TOPICS = Topics.standard();

  @Test
  void queueIsPartOfItsTopicsName() {
    assertThat(TOPICS.commands("mail-2")).isEqualTo("millrace.step-commands.mail-2.v1");
    assertThat(TOPICS.commands("q".repeat(Limits.QUEUE_CHARS))).hasSizeLessThan(249);
  }

  @Test
  void commandTopicsOfOtherInstallationsAreNotThisOnes() {
    assertThat(TOPICS.isCommands(TOPICS.commands("mail"))).isTrue();
    assertThat(TOPICS.isCommands(TOPICS.completions())).isFalse();
    assertThat(TOPICS.isCommands(new Topics("millrace.test.").commands("mail"))).isFalse();
  }

  @Test
  void topicOfAQueueTellsItsName() {
    assertThat(TOPICS.queueOf(TOPICS.commands("mail-2"))).isEqualTo("mail-2");
    assertThat(TOPICS.isCommands("millrace.step-commands.v1")).isFalse();
    assertThatThrownBy(() -> TOPICS.queueOf(TOPICS.events()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(TOPICS.events());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Mail", "mail.2", "mail_2", "mail 2", "m\u00e4il", "mail\n"})
  void queueOfOtherCharactersHasNoTopic(String queue) {
    assertThatThrownBy(() -> TOPICS.commands(queue))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queue '%s': must be 1 to 64 lower-case letters, digits and hyphens", queue);
  }

  @Test
  void queueThatIsTooLongHasNoTopic() {
    assertThatThrownBy(() -> TOPICS.commands("q".repeat(Limits.QUEUE_CHARS + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be 1 to 64");
  }
}
