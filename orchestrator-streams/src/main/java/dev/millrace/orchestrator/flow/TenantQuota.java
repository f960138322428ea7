package dev.millrace.orchestrator.flow;

/**
 * What of a tenant one stream task takes. Immutable.
 *
 * @param openWorkflows how many of its workflows may be open; 0 for no limit
 * @param startsPerSecond how many of its workflows may begin a second; 0 for no limit
 */
public record TenantQuota(long openWorkflows, double startsPerSecond) {
  /** No limits. */
  public static final TenantQuota NONE = new TenantQuota(0, 0);

  /** The part of one of several tasks, which together take no less than the whole. */
  TenantQuota ofOneIn(int tasks) {
    return new TenantQuota(Math.ceilDiv(openWorkflows, tasks), startsPerSecond / tasks);
  }
}
