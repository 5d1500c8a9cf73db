package parley.interop;

import java.io.IOException;
import java.util.function.Predicate;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.w3c.dom.Element;

/** Gives WSS4J the secret of one context. */
final class SharedSecret implements CallbackHandler {
  private final Predicate<String> isMeant;
  private final byte[] secret;
  private final Element token;

  private SharedSecret(Predicate<String> isMeant, byte[] secret, Element token) {
    this.isMeant = isMeant;
    this.secret = secret;
    this.token = token;
  }

  /** For what a message names by {@code identifier}; the streaming engine wants a token element with the secret. */
  static SharedSecret named(String identifier, byte[] secret, Element token) {
    return new SharedSecret(identifier::equals, secret, token);
  }

  /** For a message to be made: the streaming engine asks by Ids that it has just invented. */
  static SharedSecret forAll(byte[] secret, Element token) {
    return new SharedSecret(id -> true, secret, token);
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (!(callback instanceof WSPasswordCallback question)) throw new UnsupportedCallbackException(callback);
      if (!isMeant.test(question.getIdentifier())) continue;
      question.setKey(secret);
      if (question.getUsage() == WSPasswordCallback.CUSTOM_TOKEN) question.setCustomToken(token);
    }
  }
}
