package parley.interop;

import java.util.List;

/** An envelope, and the steps that secure it without a context, in the order in which they are made. */
record TokenRequest(String envelope, Credentials own, String peerCertificate, List<Step> steps) {
  /**
   * {@code make} says which of the others count:
   *
   * <ul>
   *   <li>{@code timestamp}
   *   <li>{@code sign}: reference, algorithm, digest, parts; a part named STRTransform is the token of the signature
   *   <li>{@code encrypt}: reference, transport, digest and mask of OAEP, algorithm (the cipher), parts
   *   <li>{@code username-token}: username, password, passwordType
   *   <li>{@code signature-confirmation}: value
   * </ul>
   */
  record Step(
      String make,
      String reference,
      String algorithm,
      String digest,
      String transport,
      String mask,
      List<Part> parts,
      String username,
      String password,
      String passwordType,
      String value) {}

  /** {@code modifier} is Element, Content or Header. */
  record Part(String namespace, String name, String modifier) {}
}
