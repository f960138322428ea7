package dev.millrace.worker.http;

import java.net.UnknownHostException;

/**
 * A host or address that the egress policy does not allow. To the HTTP client, which asks for
 * addresses, it is a host without any.
 */
final class EgressRefusedException extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  EgressRefusedException(String message) {
    super(message);
  }
}
