package dev.millrace.orchestrator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.flow.TenantQuota;
import dev.millrace.orchestrator.flow.Tenants;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class TenantSettingsTest {
  private static Tenants tenants(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(EngineConfig.BOOTSTRAP_SERVERS, "127.0.0.1:1");
    all.put(EngineConfig.SCHEMA_REGISTRY_URL, "mock://not-asked");
    return new EngineConfig(all).tenants();
  }

  @Test
  void settingsAreOfATenantOrOfAllThatHaveNone() {
    Tenants tenants =
        tenants(
            Map.of(
                "tenant.acme.eu.weight", "3",
                "tenant.acme.eu.open.workflows", "1000",
                "tenant.acme.eu.starts.per.second", "50",
                "tenant.*.open.workflows", "10"));

    assertThat(tenants.named())
        .containsOnly(Map.entry("acme.eu", new Tenants.Tenant(3, new TenantQuota(1_000, 50))));
    assertThat(tenants.others()).isEqualTo(new Tenants.Tenant(1, new TenantQuota(10, 0)));
    assertThat(tenants(Map.of())).isEqualTo(Tenants.EQUAL);
  }

  @Test
  void settingThatMakesNoSenseIsNamed() {
    assertThatThrownBy(() -> tenants(Map.of("tenant.acme.height", "3")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tenant.acme.height")
        .hasMessageContaining(".open.workflows");
    assertThatThrownBy(() -> tenants(Map.of("tenant.acme.weight", "0")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tenant.acme.weight")
        .hasMessageContaining("1 to 1000");
    assertThatThrownBy(() -> tenants(Map.of("tenant.acme.weight", "heavy")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("whole number");
    assertThatThrownBy(() -> tenants(Map.of("tenant..weight", "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("1 to 128 characters");
  }
}
