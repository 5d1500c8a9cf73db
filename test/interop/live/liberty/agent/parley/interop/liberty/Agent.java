package parley.interop.liberty;

import java.io.ByteArrayInputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.LoaderClassPath;

/**
 * Lets the WSS4J 1.6 of this Liberty write UsernameTokens on Java 9 and later, whose SAAJ refuses a token of another document
 * than the header that it is put into.
 */
public final class Agent implements ClassFileTransformer {
  private static final String TOKEN = "org/apache/ws/security/message/WSSecUsernameToken";

  public static void premain(String arguments, Instrumentation instrumentation) {
    instrumentation.addTransformer(new Agent());
  }

  @Override
  public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] octets) {
    if (!TOKEN.equals(name)) return null;
    try {
      ClassPool pool = new ClassPool(true);
      pool.appendClassPath(new LoaderClassPath(loader));
      CtClass type = pool.makeClass(new ByteArrayInputStream(octets));
      type.getDeclaredMethod("appendToHeader").setBody(
          "{ org.w3c.dom.Element h = $1.getSecurityHeader(); h.appendChild(h.getOwnerDocument().importNode(ut.getElement(), true)); }");
      return type.toBytecode();
    } catch (Exception error) {
      System.err.println(name + ": " + error);
      return null;
    }
  }
}
