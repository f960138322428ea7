package dev.millrace.worker.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A publisher was closed before the brokers had acknowledged all of its events. Its cause is the
 * last failure that kept them back, if there was one.
 */
public final class UndeliveredEventsException extends RuntimeException {
  private static final long serialVersionUID = 2L;

  private static final int SHOWN = 5;

  /** An array, since lists need not be serializable. */
  private final String[] ids;

  UndeliveredEventsException(List<String> ids, @Nullable Throwable cause) {
    super(
        "%d events were not acknowledged in time, and may or may not be published, such as %s: publish them again under the same ids"
            .formatted(ids.size(), ids.subList(0, Math.min(SHOWN, ids.size()))),
        cause);
    this.ids = ids.toArray(String[]::new);
  }

  /** Ids of the events, in the order in which they were taken. */
  public List<String> ids() {
    return List.of(ids);
  }
}
