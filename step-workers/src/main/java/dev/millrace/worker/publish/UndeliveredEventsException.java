package dev.millrace.worker.publish;

import java.util.List;

/** A publisher was closed before the brokers had acknowledged all of its events. */
public final class UndeliveredEventsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 5;

  private final transient List<String> ids;

  UndeliveredEventsException(List<String> ids) {
    super(
        "%d events were not acknowledged in time, and may or may not be published, such as %s: publish them again under the same ids"
            .formatted(ids.size(), ids.subList(0, Math.min(SHOWN, ids.size()))));
    this.ids = List.copyOf(ids);
  }

  /** Ids of the events, in the order in which they were taken. */
  public List<String> ids() {
    return ids;
  }
}
