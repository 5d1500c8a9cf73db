package parley.interop;

import java.util.List;

/** An envelope and how to secure it; the choices are those of Parley's own {@code seal}. */
record SealRequest(
    String envelope,
    boolean soap12,
    String identifier,
    String secret,
    String version,
    String keys,
    String token,
    List<Part> sign,
    boolean timestamp,
    String mac,
    String digest,
    int signatureKeyBytes,
    String encrypt,
    String cipher,
    int encryptionKeyBytes,
    String order) {
  record Part(String namespace, String name) {}

  boolean is200512() {
    return version.equals("200512");
  }

  boolean isAttached() {
    return token.equals("attached");
  }

  boolean isDirect() {
    return keys.equals("direct");
  }

  boolean encryptsBody() {
    return !encrypt.equals("none");
  }

  boolean encryptsSignature() {
    return encrypt.equals("body-and-signature");
  }

  boolean encryptsFirst() {
    return order.equals("encrypt-then-sign");
  }

  byte[] envelopeOctets() {
    return Xml.octets(envelope);
  }

  byte[] secretOctets() {
    return Xml.octets(secret);
  }
}
