package dev.millrace.worker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up the addresses of hosts. Called by many threads at once. */
@FunctionalInterface
interface HostResolver {
  /**
   * The addresses of a host, in the order in which they are to be tried.
   *
   * @throws UnknownHostException when it has none
   */
  InetAddress[] resolve(String host) throws UnknownHostException;
}
