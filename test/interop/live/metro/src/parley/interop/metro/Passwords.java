package parley.interop.metro;

import com.sun.xml.wss.impl.callback.PasswordValidationCallback;

/** The server's validator of UsernameTokens; named in the policy. */
public class Passwords implements PasswordValidationCallback.PasswordValidator {
  @Override
  public boolean validate(PasswordValidationCallback.Request request) {
    return request instanceof PasswordValidationCallback.PlainTextPasswordRequest plain
        && "alice".equals(plain.getUsername()) && "correct horse".equals(plain.getPassword());
  }
}
