package dev.millrace.worker.http;

import java.util.Map;

/**
 * What a service answered to the last request of a chain of redirects.
 *
 * @param request the one that was answered
 * @param headers by their names in lower case; values of equal names joined with commas
 * @param body unpacked; empty for an answer that is no success
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; nobody compares answers
record Answer(Request request, int status, Map<String, String> headers, byte[] body) {
  /** Whether a status says that the service did what it was asked. */
  static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }
}
