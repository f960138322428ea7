package dev.millrace.cli.deadletters;

import java.time.Instant;

/**
 * What a list shows of a dead letter; without its value, since there may be many.
 *
 * @param at when it became one
 * @param isSendable whether its bytes are there, and it is known where they came from
 */
record LetterLine(LetterId id, Instant at, boolean isSendable, String text) {
  static LetterLine of(DeadLetter letter) {
    return new LetterLine(
        letter.id(),
        letter.at(),
        letter.value() != null && !letter.topic().isEmpty(),
        "%-8s %s %-18s %s %s: %s"
            .formatted(
                letter.id(),
                letter.at(),
                letter.code(),
                letter.topic(),
                letter.key(),
                letter.message()));
  }
}
