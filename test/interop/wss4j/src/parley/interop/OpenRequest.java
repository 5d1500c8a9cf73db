package parley.interop;

/** A message to verify and decrypt, and the one context that may secure it. {@code bsp}: hold it to the Basic Security Profile. */
record OpenRequest(String message, boolean soap12, String identifier, String secret, boolean bsp) {
  byte[] messageOctets() {
    return Xml.octets(message);
  }

  byte[] secretOctets() {
    return Xml.octets(secret);
  }
}
