package parley.interop.rampart;

import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.ws.security.WSPasswordCallback;

public class Passwords implements CallbackHandler {
  @Override
  public void handle(Callback[] callbacks) {
    for (Callback callback : callbacks)
      if (callback instanceof WSPasswordCallback password) password.setPassword("alice".equals(password.getIdentifier()) ? "correct horse" : "password");
  }
}
