package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.flow.OpenWorkflows;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.flow.TenantQuota;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many workflows of each tenant are open in one stream task, and whether one more may begin.
 * Belongs to one stream task.
 */
final class TenantIntake {
  private static final double MS_PER_SECOND = 1_000;

  /** So many seconds of starts may come at once. */
  private static final double BURST_SECONDS = 1;

  /** Of more tenants than this, those are forgotten of which nothing is open. */
  private static final int TENANTS_MAX = 10_000;

  private final OpenWorkflows.OfTask open;
  private final QueueWindows windows;
  private final Map<String, Tenant> tenants = new HashMap<>();

  TenantIntake(OpenWorkflows.OfTask open, QueueWindows windows) {
    this.open = open;
    this.windows = windows;
  }

  /** What is known of one tenant. */
  private static final class Tenant {
    private long open;
    private double permits;
    private long atMs;

    Tenant(long nowMs) {
      atMs = nowMs;
      permits = Double.MAX_VALUE;
    }

    boolean mayStart(double perSecond, long nowMs) {
      double earned = Math.max(0, nowMs - atMs) * perSecond / MS_PER_SECOND;
      permits = Math.min(permits + earned, Math.max(1, perSecond * BURST_SECONDS));
      atMs = nowMs;
      return permits >= 1;
    }
  }

  /** How many workflows of all tenants are open. */
  OpenWorkflows.OfTask open() {
    return open;
  }

  /** So many more workflows of a tenant are open; negative for fewer. */
  void change(String tenant, int more) {
    open.change(more);
    of(tenant, 0).open += more;
  }

  private Tenant of(String tenant, long nowMs) {
    Tenant known = tenants.get(tenant);
    if (known == null) {
      if (tenants.size() >= TENANTS_MAX) {
        tenants.values().removeIf(each -> each.open <= 0);
      }
      known = new Tenant(nowMs);
      tenants.put(tenant, known);
    }
    return known;
  }

  /** Whether limits hold for a start: not if another workflow waits for it, as no schedule does. */
  static boolean appliesTo(String workflowId, @Nullable Parent parent) {
    return parent == null || Slots.isOfSlot(workflowId, parent);
  }

  /**
   * Why no workflow of a tenant may begin now; null when one may, which is then counted among its
   * starts.
   */
  @Nullable String refusal(String tenant, long nowMs) {
    TenantQuota quota = windows.quota(tenant);
    if (quota.equals(TenantQuota.NONE)) {
      return null;
    }
    Tenant known = of(tenant, nowMs);
    if (quota.openWorkflows() > 0 && known.open >= quota.openWorkflows()) {
      return "tenant '%s' has %d open workflows in this partition, and may have %d (its part of tenant.%s.open.workflows); start it when some have ended"
          .formatted(tenant, known.open, quota.openWorkflows(), tenant);
    }
    if (quota.startsPerSecond() > 0) {
      if (!known.mayStart(quota.startsPerSecond(), nowMs)) {
        return "tenant '%s' may start %s workflows a second in this partition (its part of tenant.%s.starts.per.second); start it later"
            .formatted(tenant, quota.startsPerSecond(), tenant);
      }
      known.permits--;
    }
    return null;
  }
}
