package dev.millrace.orchestrator.flow;

import java.util.Map;

/**
 * What is set for tenants: for some by their names, and for all others together, of which each may
 * have as much. Immutable.
 *
 * @param named by the names of tenants
 * @param others for tenants that are not named
 */
public record Tenants(Map<String, Tenant> named, Tenant others) {
  /** Nothing is set for anybody. */
  public static final Tenants EQUAL = new Tenants(Map.of(), Tenant.USUAL);

  /** What a tenant without a name is called in settings. */
  private static final String DEFAULT = "default";

  public Tenants {
    named = Map.copyOf(named);
  }

  /**
   * What is set for one.
   *
   * @param weight how many steps go in its turn, compared with those of others
   * @param quota what all engines together take of it
   */
  public record Tenant(int weight, TenantQuota quota) {
    /** A tenant for which nothing is set. */
    public static final Tenant USUAL = new Tenant(1, TenantQuota.NONE);
  }

  /** What holds for a tenant; the empty name is that of the default tenant. */
  Tenant of(String tenant) {
    return named.getOrDefault(tenant.isEmpty() ? DEFAULT : tenant, others);
  }
}
