package dev.millrace.orchestrator.core.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DefinitionLimitsTest {
  @Test
  void limitsEqualThoseOfTheRecordContract() {
    assertThat(DefinitionLimits.STEPS).isEqualTo(Limits.STEPS);
    assertThat(DefinitionLimits.DEPENDENCIES).isEqualTo(Limits.DEPENDENCIES);
    assertThat(DefinitionLimits.NAME_CHARS).isEqualTo(Limits.NAME_CHARS);
    assertThat(DefinitionLimits.QUEUE_CHARS).isEqualTo(Limits.QUEUE_CHARS);
    assertThat(DefinitionLimits.ATTEMPTS).isEqualTo(Limits.ATTEMPTS);
  }

  @Test
  void namesAreLettersDigitsUnderscoresDotsAndHyphens() {
    assertThat(new String[] {"a", "_", "7", "A.b-c_9", "x".repeat(128)})
        .allMatch(DefinitionLimits::isName);
    assertThat(new String[] {"", ".a", "-a", "a b", "a/b", "\u00e4", "a\n", "x".repeat(129)})
        .noneMatch(DefinitionLimits::isName);
  }

  @Test
  void queuesFitTopicNames() {
    assertThat(new String[] {"default", "a-1", "q".repeat(64)}).allMatch(DefinitionLimits::isQueue);
    assertThat(new String[] {"", "A", "a_b", "a.b", "q".repeat(65)})
        .noneMatch(DefinitionLimits::isQueue);
  }

  @Test
  void theChecksAgreeWithThePublishedPatterns() {
    Random random = new Random(7);
    String letters = "aZz09_.-/ \u00e4@[`{:";
    for (int i = 0; i < 20_000; i++) {
      String text =
          random
              .ints(random.nextInt(4), 0, letters.length())
              .mapToObj(letters::charAt)
              .map(String::valueOf)
              .collect(Collectors.joining());
      assertThat(DefinitionLimits.isName(text))
          .as(text)
          .isEqualTo(text.matches(DefinitionLimits.NAME_PATTERN));
      assertThat(DefinitionLimits.isQueue(text))
          .as(text)
          .isEqualTo(text.matches(DefinitionLimits.QUEUE_PATTERN))
          .isEqualTo(catchThrowable(() -> Topics.checkQueue(text)) == null);
    }
  }
}
