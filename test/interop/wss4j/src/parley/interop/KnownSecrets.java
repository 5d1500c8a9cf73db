package parley.interop;

import java.io.IOException;
import java.util.function.Predicate;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.apache.wss4j.common.derivedKey.ConversationConstants;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.dom.message.token.SecurityContextToken;
import org.w3c.dom.Element;

/** Answers when WSS4J asks for the secret of a context, the password of a user, or that of a key store. */
final class KnownSecrets implements CallbackHandler {
  private final Predicate<String> isContext;
  private final byte[] secret;
  private final Element token;
  private final String password;

  private KnownSecrets(Predicate<String> isContext, byte[] secret, Element token, String password) {
    this.isContext = isContext;
    this.secret = secret;
    this.token = token;
    this.password = password;
  }

  static KnownSecrets toOpen(OpenRequest request) throws Exception {
    if (request.identifier() == null) return new KnownSecrets(id -> false, null, null, request.password());
    // For a context that is not in the message the streaming engine wants a token element with the secret.
    SecurityContextToken token =
        new SecurityContextToken(ConversationConstants.VERSION_05_12, Xml.empty(), request.identifier());
    byte[] secret = Xml.octets(request.secret());
    return new KnownSecrets(request.identifier()::equals, secret, token.getElement(), request.password());
  }

  /** For the streaming engine, which asks by Ids that it has just invented. */
  static KnownSecrets toSeal(byte[] secret, Element token) {
    return new KnownSecrets(id -> true, secret, token, null);
  }

  /** For what needs the password of a key store alone. */
  static KnownSecrets ofKeyStores() {
    return new KnownSecrets(id -> false, null, null, null);
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (!(callback instanceof WSPasswordCallback question)) throw new UnsupportedCallbackException(callback);
      switch (question.getUsage()) {
        case WSPasswordCallback.USERNAME_TOKEN -> question.setPassword(password);
        case WSPasswordCallback.DECRYPT, WSPasswordCallback.SIGNATURE -> question.setPassword(KeyStores.PASSWORD);
        default -> {
          if (isContext.test(question.getIdentifier())) answer(question);
        }
      }
    }
  }

  private void answer(WSPasswordCallback question) {
    question.setKey(secret);
    if (question.getUsage() == WSPasswordCallback.CUSTOM_TOKEN) question.setCustomToken(token);
  }
}
