package parley.interop.liberty;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;

/** The passwords; by reflection, so that one class serves both WSS4J 1.6 and 2.x. */
public final class Passwords implements CallbackHandler {
  private static final int DECRYPT = 1;
  private static final int USERNAME_TOKEN = 2;
  private static final int SIGNATURE = 3;

  @Override
  public void handle(Callback[] callbacks) throws IOException {
    for (Callback callback : callbacks) {
      try {
        Class<?> type = callback.getClass();
        int usage = (Integer) type.getMethod("getUsage").invoke(callback);
        String id = (String) type.getMethod("getIdentifier").invoke(callback);
        if (usage == USERNAME_TOKEN || usage == 5) {
          if ("alice".equals(id)) type.getMethod("setPassword", String.class).invoke(callback, "correct horse");
        } else if (usage == DECRYPT || usage == SIGNATURE) type.getMethod("setPassword", String.class).invoke(callback, "password");
      } catch (ReflectiveOperationException e) {
        throw new IOException(e);
      }
    }
  }
}
