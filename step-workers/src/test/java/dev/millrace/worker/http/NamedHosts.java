package dev.millrace.worker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** Names that a test has given addresses, and no others. */
final class NamedHosts implements HostResolver {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();

  NamedHosts name(String host, String... at) {
    addresses.put(host, List.of(at));
    return this;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    asked.add(host);
    if (ADDRESS.matcher(host).matches()) {
      return InetAddress.getAllByName(host);
    }
    List<String> known = addresses.get(host);
    if (known == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] found = new InetAddress[known.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getByName(known.get(i));
    }
    return found;
  }
}
