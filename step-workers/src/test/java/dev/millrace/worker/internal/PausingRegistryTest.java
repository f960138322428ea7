package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

final class PausingRegistryTest {
  private static final Schema SCHEMA = Schema.create(Schema.Type.STRING);

  private boolean isDown = true;
  private int asked;
  private long now = Long.MAX_VALUE - 1; // as a clock of nanoseconds may be, which wraps around

  private final PausingRegistry registry =
      new PausingRegistry(
          new SchemaRegistry() {
            @Override
            public int register(String subject, Schema schema) {
              return 7;
            }

            @Override
            public Schema schemaById(int id) {
              asked++;
              if (isDown) {
                throw new RegistryUnavailableException("down", null);
              }
              return SCHEMA;
            }
          },
          () -> now);

  @Test
  void registryThatWasUnavailableIsNotAskedForAnyIdUntilThePauseIsOver() {
    assertUnavailable(1, "down");
    now += PausingRegistry.PAUSE_NANOS - 1;
    isDown = false;
    assertUnavailable(2, "schema 2: not asked for");
    assertThat(asked).isEqualTo(1);

    now++;
    assertThat(registry.schemaById(2)).isEqualTo(SCHEMA);
    assertThat(registry.schemaById(1)).isEqualTo(SCHEMA);
  }

  @Test
  void eachAnswerThatFailsBeginsAPauseOfItsOwn() {
    assertUnavailable(1, "down");
    now += PausingRegistry.PAUSE_NANOS;
    assertUnavailable(1, "down");
    assertUnavailable(1, "not asked for");
    assertThat(registry.register("subject", SCHEMA)).isEqualTo(7);
  }

  private void assertUnavailable(int id, String message) {
    assertThatThrownBy(() -> registry.schemaById(id))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining(message);
  }
}
