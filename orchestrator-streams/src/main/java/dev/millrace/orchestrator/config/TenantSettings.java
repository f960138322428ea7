package dev.millrace.orchestrator.config;

import dev.millrace.orchestrator.flow.TenantQuota;
import dev.millrace.orchestrator.flow.Tenants;
import dev.millrace.schemas.Limits;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/**
 * Reads what is set for tenants: {@code tenant.<name>.weight}, {@code .open.workflows} and {@code
 * .starts.per.second}. The name {@code *} stands for all that have no settings of their own. Used
 * once.
 */
final class TenantSettings {
  /** What the names of these settings start with. */
  static final String PREFIX = "tenant.";

  private static final String OTHERS = "*";
  private static final String WEIGHT = ".weight";
  private static final String OPEN_WORKFLOWS = ".open.workflows";
  private static final String STARTS_PER_SECOND = ".starts.per.second";

  private static final int WEIGHT_MAX = 1_000;
  private static final long WORKFLOWS_MAX = 1_000_000_000;

  private final Map<String, Tenants.Tenant> tenants = new HashMap<>();

  /**
   * Takes a setting.
   *
   * @throws ConfigException when it is none of a tenant, or out of range; the message names it
   */
  void put(String key, String value) {
    if (key.endsWith(WEIGHT)) {
      String name = name(key, WEIGHT);
      long weight = number(key, value, 1, WEIGHT_MAX);
      tenants.put(name, new Tenants.Tenant((int) weight, of(name).quota()));
    } else if (key.endsWith(OPEN_WORKFLOWS)) {
      String name = name(key, OPEN_WORKFLOWS);
      long open = number(key, value, 0, WORKFLOWS_MAX);
      put(name, new TenantQuota(open, of(name).quota().startsPerSecond()));
    } else if (key.endsWith(STARTS_PER_SECOND)) {
      String name = name(key, STARTS_PER_SECOND);
      long starts = number(key, value, 0, WORKFLOWS_MAX);
      put(name, new TenantQuota(of(name).quota().openWorkflows(), starts));
    } else {
      throw new ConfigException(
          "unknown setting '%s'; of a tenant there are '%s<name>' and then '%s', '%s' or '%s'"
              .formatted(key, PREFIX, WEIGHT, OPEN_WORKFLOWS, STARTS_PER_SECOND));
    }
  }

  private Tenants.Tenant of(String name) {
    return tenants.getOrDefault(name, Tenants.Tenant.USUAL);
  }

  private void put(String name, TenantQuota quota) {
    tenants.put(name, new Tenants.Tenant(of(name).weight(), quota));
  }

  private static String name(String key, String setting) {
    int length = key.length() - PREFIX.length() - setting.length();
    if (length < 1 || length > Limits.TENANT_CHARS) {
      throw new ConfigException(
          "setting '%s': the name of the tenant must have 1 to %d characters"
              .formatted(key, Limits.TENANT_CHARS));
    }
    return key.substring(PREFIX.length(), PREFIX.length() + length);
  }

  private static long number(String key, String value, long least, long most) {
    try {
      long number = Long.parseLong(value.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new ConfigException(key, value, "must be a whole number");
    }
    throw new ConfigException(key, value, "must be %d to %d".formatted(least, most));
  }

  /** What was read. */
  Tenants tenants() {
    Map<String, Tenants.Tenant> named = new HashMap<>(tenants);
    Tenants.Tenant others = named.remove(OTHERS);
    return new Tenants(named, others == null ? Tenants.Tenant.USUAL : others);
  }
}
