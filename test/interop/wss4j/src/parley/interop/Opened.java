package parley.interop;

import java.util.List;

/** What an engine proved, and the content of soap:Body as it stands after decryption, in canonical form. */
record Opened(List<SignedPart> signed, List<EncryptedPart> encrypted, String payload) {
  /** {@code digest} is null where the engine does not say. */
  record SignedPart(String name, String digest) {}

  record EncryptedPart(String name, String algorithm) {}
}
