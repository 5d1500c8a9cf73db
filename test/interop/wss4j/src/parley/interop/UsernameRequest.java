package parley.interop;

import java.util.ArrayList;
import java.util.List;
import javax.security.auth.callback.CallbackHandler;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/**
 * An envelope, and a user whose token goes into it. {@code kind} is {@code text} or {@code digest}, beside a signature with
 * the key of {@code own} that covers the token; or a key made of the password signs, {@code key} itself or {@code derived}
 * ones, which then may encrypt the Body with {@code cipher}. What does not count is null.
 */
record UsernameRequest(
    String envelope,
    Credentials own,
    String username,
    String password,
    String kind,
    int iterations,
    String algorithm,
    String digest,
    String cipher,
    List<Part> parts) {
  record Part(String namespace, String name) {}

  byte[] envelopeOctets() {
    return Xml.octets(envelope);
  }

  boolean isKey() {
    return kind.equals("key") || kind.equals("derived");
  }

  List<WSEncryptionPart> signedParts() {
    List<WSEncryptionPart> signed = new ArrayList<>();
    for (Part part : parts) signed.add(new WSEncryptionPart(part.name(), part.namespace(), "Element"));
    return signed;
  }

  /** Knows the password of the user, and that of the key store. */
  CallbackHandler passwords() {
    return callbacks -> {
      for (var callback : callbacks) {
        WSPasswordCallback question = (WSPasswordCallback) callback;
        boolean isUser = question.getUsage() == WSPasswordCallback.USERNAME_TOKEN;
        question.setPassword(isUser ? password : KeyStores.PASSWORD);
      }
    };
  }
}
