package parley.interop.cxf;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.cxf.rt.security.SecurityConstants;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/** Security properties of both sides. */
final class Settings {
  static final String USER = "alice";
  static final String PASSWORD = "correct horse";

  private Settings() {}

  static Properties keystore(Path keys, String name, String alias) {
    Properties p = new Properties();
    p.put("org.apache.wss4j.crypto.provider", "org.apache.wss4j.common.crypto.Merlin");
    p.put("org.apache.wss4j.crypto.merlin.keystore.type", "pkcs12");
    p.put("org.apache.wss4j.crypto.merlin.keystore.password", "password");
    p.put("org.apache.wss4j.crypto.merlin.keystore.private.password", "password");
    p.put("org.apache.wss4j.crypto.merlin.keystore.alias", alias);
    p.put("org.apache.wss4j.crypto.merlin.keystore.file", keys.resolve(name + ".p12").toString());
    p.put("org.apache.wss4j.crypto.merlin.truststore.type", "pkcs12");
    p.put("org.apache.wss4j.crypto.merlin.truststore.password", "password");
    p.put("org.apache.wss4j.crypto.merlin.truststore.file", keys.resolve("trust.p12").toString());
    return p;
  }

  static Map<String, Object> of(Path keys, boolean server) {
    Map<String, Object> map = new HashMap<>();
    CallbackHandler passwords = Settings::answer;
    String own = server ? "server" : "client";
    for (String suffix : new String[] {"", ".sct"}) {
      map.put(SecurityConstants.CALLBACK_HANDLER + suffix, passwords);
      map.put(SecurityConstants.SIGNATURE_PROPERTIES + suffix, keystore(keys, own, own));
      map.put(SecurityConstants.SIGNATURE_USERNAME + suffix, own);
      if (server) {
        map.put(SecurityConstants.ENCRYPT_PROPERTIES + suffix, keystore(keys, "server", "server"));
        map.put(SecurityConstants.ENCRYPT_USERNAME + suffix, "useReqSigCert");
      } else {
        map.put(SecurityConstants.ENCRYPT_PROPERTIES + suffix, keystore(keys, "client", "server"));
        map.put(SecurityConstants.ENCRYPT_USERNAME + suffix, "server");
        map.put(SecurityConstants.USERNAME + suffix, USER);
      }
    }
    return map;
  }

  private static void answer(Callback[] callbacks) {
    for (Callback callback : callbacks) {
      if (!(callback instanceof WSPasswordCallback wanted)) continue;
      if (wanted.getUsage() == WSPasswordCallback.USERNAME_TOKEN) {
        if (USER.equals(wanted.getIdentifier())) wanted.setPassword(PASSWORD);
      } else if (wanted.getUsage() != WSPasswordCallback.SECURITY_CONTEXT_TOKEN && wanted.getUsage() != WSPasswordCallback.SECRET_KEY) {
        wanted.setPassword("password");
      }
    }
  }
}
