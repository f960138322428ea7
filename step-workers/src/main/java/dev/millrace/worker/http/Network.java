package dev.millrace.worker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A block of addresses, such as {@code 10.0.0.0/8}. Immutable. */
final class Network {
  private static final Pattern FORM = Pattern.compile("([0-9a-fA-F:.]+)/([0-9]{1,3})");

  private final String text;
  private final byte[] prefix;
  private final int bits;

  private Network(String text, byte[] prefix, int bits) {
    this.text = text;
    this.prefix = prefix;
    this.bits = bits;
  }

  /**
   * Reads a block.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Network of(String cidr) {
    var form = FORM.matcher(cidr);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "network '%s': must be an address and a number of bits, such as 10.0.0.0/8 or fd00::/8"
              .formatted(cidr));
    }
    byte[] prefix = address(cidr, form.group(1));
    int bits = Integer.parseInt(form.group(2));
    if (bits > prefix.length * Byte.SIZE) {
      throw new IllegalArgumentException(
          "network '%s': must have 0 to %d bits".formatted(cidr, prefix.length * Byte.SIZE));
    }
    return new Network(cidr, prefix, bits);
  }

  private static byte[] address(String cidr, String address) {
    try {
      String host = address.indexOf(':') < 0 ? address : '[' + address + ']';
      return InetAddress.getByName(HostName.canonical(host)).getAddress();
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new IllegalArgumentException(
          "network '%s': '%s' is no address".formatted(cidr, address), e);
    }
  }

  /** Whether an address, of 4 or 16 bytes, is in it. */
  boolean contains(byte[] address) {
    if (address.length != prefix.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      int at = bit / Byte.SIZE;
      int mask = bits - bit >= Byte.SIZE ? 0xff : 0xff << (Byte.SIZE - (bits - bit));
      if (((address[at] ^ prefix[at]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return text;
  }
}
