package parley.interop;

import java.util.List;

/**
 * An envelope, the keys to secure it with, and the steps in which that is done. What a message has no use for is null:
 *
 * <ul>
 *   <li>{@code own}: a certified key; {@code recipient}: the certificate of the other side
 *   <li>{@code identifier}, {@code secret}: a context
 *   <li>{@code session}: the secret of an EncryptedKey for the recipient; with {@code sessionSha1} it is not in the
 *       message, but known by this
 * </ul>
 */
record BootstrapRequest(
    String engine,
    String envelope,
    boolean soap12,
    Credentials own,
    String recipient,
    String identifier,
    String secret,
    String session,
    String sessionSha1,
    String role,
    boolean timestampFirst,
    List<Step> steps) {
  /**
   * {@code make} says which of the others count:
   *
   * <ul>
   *   <li>{@code timestamp}
     *   <li>{@code confirm}: values
   *   <li>{@code token}: reference; that of the signature with {@code own} which is made later, so that an earlier one
   *       can cover it
   *   <li>{@code session}: reference, transport, digest, mask; the EncryptedKey
   *   <li>{@code sign}: key, reference, algorithm, digest, parts
   *   <li>{@code encrypt}: key, reference, transport, digest and mask of OAEP, algorithm (the cipher), parts
   * </ul>
   *
   * {@code key} is own, recipient, session or context; {@code isDerived}: by a DerivedKeyToken.
   */
  record Step(
      String make,
      String key,
      boolean isDerived,
      int keyBytes,
      String reference,
      String algorithm,
      String digest,
      String transport,
      String mask,
      List<Part> parts,
      List<String> values) {}

  /**
   * {@code modifier} is Element, Content or Header. Names that stand for themselves: Token, of the signature with {@code
   * own}; STRTransform, the same by its reference; Endorsed, the signature made first.
   */
  record Part(String namespace, String name, String modifier) {}

  byte[] envelopeOctets() {
    return Xml.octets(envelope);
  }
}
