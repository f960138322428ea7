package dev.millrace.worker.http;

/**
 * The types of failures that an {@link HttpStep} reports, for retry policies and failure rules to
 * match on. They do not change.
 */
public final class HttpFailures {
  /**
   * What the types of unexpected statuses begin with; the status follows, as in {@code
   * http.status-404}. Retryable are 408, 425, 429 and all from 500.
   */
  public static final String STATUS = "http.status-";

  /** The input of the step is no request that can be sent; not retryable. */
  public static final String INVALID_REQUEST = "http.invalid-request";

  /** The egress policy does not allow the host, or an address that it is at; not retryable. */
  public static final String EGRESS_REFUSED = "http.egress-refused";

  /** The name of the host is not known, or cannot be looked up; retryable. */
  public static final String UNKNOWN_HOST = "http.unknown-host";

  /** There is no connection to the host; retryable. */
  public static final String CONNECT_FAILED = "http.connect-failed";

  /** There was no connection to the host within the connect timeout; retryable. */
  public static final String CONNECT_TIMEOUT = "http.connect-timeout";

  /** The certificate of the host is not trusted, or not of that host; not retryable. */
  public static final String UNTRUSTED = "http.untrusted";

  /** The whole answer was not there within the timeout; retryable. */
  public static final String TIMEOUT = "http.timeout";

  /** The connection ended before the whole answer was there; retryable. */
  public static final String CONNECTION_LOST = "http.connection-lost";

  /** The answer is no HTTP, or not in the encoding that it says; retryable. */
  public static final String MALFORMED_RESPONSE = "http.malformed-response";

  /** The answer says that it is JSON, and is not; not retryable, since the service has acted. */
  public static final String UNREADABLE_BODY = "http.unreadable-body";

  /** The answer is in an encoding that was not asked for; not retryable. */
  public static final String UNSUPPORTED_ENCODING = "http.unsupported-encoding";

  /** The body of the answer, or its headers, are over their limit; not retryable. */
  public static final String RESPONSE_TOO_LARGE = "http.response-too-large";

  /** There were more redirects than allowed; not retryable. */
  public static final String TOO_MANY_REDIRECTS = "http.too-many-redirects";

  /** A redirect leads to what is no address of a service; not retryable. */
  public static final String BAD_REDIRECT = "http.bad-redirect";

  private HttpFailures() {}
}
