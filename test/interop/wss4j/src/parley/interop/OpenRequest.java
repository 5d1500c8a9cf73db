package parley.interop;

import java.util.List;
import org.apache.wss4j.common.crypto.Merlin;

/**
 * A message to verify and decrypt, with what the opener knows: one context ({@code identifier}, {@code secret}), or its
 * own credentials, the certificates it trusts, and the password of every user. What it does not have is null. {@code
 * bsp}: hold the message to the Basic Security Profile. {@code role}: whose Security header it is, null for the last one. {@code
 * ageSecondsMax}: of its Timestamp.
 */
record OpenRequest(
    String message,
    boolean soap12,
    boolean bsp,
    String identifier,
    String secret,
    Credentials own,
    List<String> trusted,
    String password,
    String role,
    Integer ageSecondsMax) {
  byte[] messageOctets() {
    return Xml.octets(message);
  }

  /** Keys and certificates, or null. */
  Merlin keys() throws Exception {
    if (own == null && trusted == null) return null;
    return KeyStores.of(own, trusted == null ? List.of() : trusted);
  }
}
