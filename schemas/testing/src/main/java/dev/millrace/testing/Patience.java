package dev.millrace.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for what must happen: long enough for a machine that does much else, since
 * waiting costs time only when a test fails. JUnit finds this extension by itself in every module
 * that depends on this one, and every wait without a limit of its own gets this one.
 */
public final class Patience implements BeforeAllCallback {
  /** For one thing to happen, with whole processes and brokers in it. */
  public static final Duration LIMIT = Duration.ofMinutes(3);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(LIMIT);
  }
}
